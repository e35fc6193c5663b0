/** What an eviction would do by the figures at hand. The allocator decides on its own figures, not on these. */
import type { Sale } from '../api/snapshot';

export interface Eviction {
  toPool: number;
  toQuarantine: number;
}

export function evictionOutcome(sales: Sale[], edge: string): Eviction {
  const outcome = { toPool: 0, toQuarantine: 0 };
  for (const sale of sales) {
    for (const { edge: holder, units } of sale.skus.flatMap((sku) => sku.escrow)) {
      if (holder === edge) {
        const doubtful = Math.min(units, sale.credit);
        outcome.toQuarantine += doubtful;
        outcome.toPool += units - doubtful;
      }
    }
  }
  return outcome;
}
