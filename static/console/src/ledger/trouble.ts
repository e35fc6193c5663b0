/** Finds what an operator must see first. */
import type { Snapshot } from '../api/snapshot';
import { units } from '../format';
import { balance } from './balance';

export interface Trouble {
  key: string;
  title: string;
  detail: string;
}

export function troubles(snapshot: Snapshot): Trouble[] {
  return snapshot.sales.flatMap((sale) =>
    sale.skus.flatMap((sku) => {
      const found: Trouble[] = [];
      const sum = balance(sku);
      if (!sum.balanced) {
        found.push({
          key: `balance ${sale.id} ${sku.sku}`,
          title: `${sku.name} does not add up`,
          detail: `${sale.title}: ${units(sum.found)} units found, supply and budget are ${units(sum.owed)}.`,
        });
      }
      if (sku.halted !== null) {
        found.push({
          key: `halted ${sale.id} ${sku.sku}`,
          title: `${sku.name} is halted`,
          detail: `${sale.title}: ${sku.halted}`,
        });
      }
      return found;
    }),
  );
}
