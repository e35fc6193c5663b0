import type { Sale } from '../api/snapshot';

/** Units that live edges may have sold and acknowledged beyond the ledger's knowledge: lost only with their disks. */
export function unitsAtRisk(sales: Sale[]): number {
  return sales.flatMap((sale) => sale.skus).reduce((sum, sku) => sum + sku.at_risk, 0);
}
