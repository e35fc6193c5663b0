/** The accounts of one SKU, or of a whole sale, in the order in which bars, legends and tables show them. */
import type { Sku } from '../api/snapshot';

export type Account = 'pool' | 'escrow' | 'sold' | 'quarantine' | 'written-off';

export interface Holding {
  key: string;
  label: string;
  account: Account;
  /** Which of the escrow shades to use; the same edge has the same shade everywhere. */
  shade: number;
  units: number;
}

export const ESCROW_SHADES = 4;

export function escrowAt(sku: Sku, edge: string): number {
  return sku.escrow.reduce((sum, entry) => (entry.edge === edge ? sum + entry.units : sum), 0);
}

/** Every edge that has a column: those that are known, and any that still holds escrow. */
export function edgeColumns(known: string[], skus: Sku[]): string[] {
  return [...new Set([...known, ...skus.flatMap((sku) => sku.escrow.map((entry) => entry.edge))])];
}

export function holdings(skus: Sku[], edges: string[]): Holding[] {
  const total = (pick: (sku: Sku) => number) => skus.reduce((sum, sku) => sum + pick(sku), 0);
  const plain = (account: Account, label: string, pick: (sku: Sku) => number): Holding => ({
    key: account,
    label,
    account,
    shade: 0,
    units: total(pick),
  });
  return [
    plain('sold', 'sold', (sku) => sku.sold),
    ...edges.map((edge, index) => ({
      key: `escrow ${edge}`,
      label: `escrow ${edge}`,
      account: 'escrow' as const,
      shade: index % ESCROW_SHADES,
      units: total((sku) => escrowAt(sku, edge)),
    })),
    plain('pool', 'pool', (sku) => sku.pool),
    plain('quarantine', 'quarantine', (sku) => sku.quarantine),
    plain('written-off', 'written off', (sku) => sku.written_off),
  ];
}
