/** The words of the supply dialog: what new numbers will do by the figures at hand. */
import type { SupplyChanges } from '../api/operation';
import type { Sku } from '../api/snapshot';
import { plural, units } from '../format';
import { balance } from '../ledger/balance';

export interface Wanted {
  supply: number;
  budget: number;
}

export interface SupplyPlan {
  effects: string[];
  /** What to send; null when there is nothing to send, or it would be refused. */
  changes: SupplyChanges | null;
  /** Why it cannot work; empty when nothing stands in its way. */
  obstacle: string;
}

export function supplyPlan(sku: Sku, wanted: Wanted): SupplyPlan {
  if (![wanted.supply, wanted.budget].every((count) => Number.isSafeInteger(count) && count >= 0)) {
    return { effects: [], changes: null, obstacle: 'Supply and budget are whole numbers, from 0.' };
  }
  const most = wanted.supply + wanted.budget;
  const gone = sku.sold + sku.quarantine + sku.written_off;
  if (most < gone) {
    const obstacle = `Expected at least ${units(gone)} units in all, which are sold or may be: found ${units(most)}.`;
    return { effects: [], changes: null, obstacle };
  }
  const changes: SupplyChanges = {
    ...(wanted.supply !== sku.supply && { supply: wanted.supply }),
    ...(wanted.budget !== sku.budget && { budget: wanted.budget }),
  };
  const changed = Object.keys(changes).length > 0;
  return { effects: changed ? effects(sku, most) : [], changes: changed ? changes : null, obstacle: '' };
}

function effects(sku: Sku, most: number): string[] {
  const more = most - balance(sku).owed;
  if (more >= 0) {
    return [`${plural(more, 'unit')} go to the pool, and from there to where shoppers ask. "Sold out" is taken back.`];
  }
  const fromPool = Math.min(-more, sku.pool);
  const lines = [`${plural(fromPool, 'unit')} leave the pool at once.`];
  if (-more > fromPool) {
    lines.push(
      `${plural(-more - fromPool, 'unit')} are recalled from edges, and nothing is granted before they are back. What edges sell in the meantime stays sold.`,
    );
  }
  return lines;
}
