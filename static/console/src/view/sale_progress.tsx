import type { Sale } from '../api/snapshot';
import { percent, units } from '../format';
import type { Holding } from '../ledger/holdings';
import { Legend } from './legend';
import { UnitsBar } from './units_bar';

/** How much of the whole sale is sold, and where the rest is. */
export function SaleProgress({ sale, holdings }: { sale: Sale; holdings: Holding[] }) {
  const total = (pick: (sku: Sale['skus'][number]) => number) => sale.skus.reduce((sum, sku) => sum + pick(sku), 0);
  const sold = total((sku) => sku.sold);
  const owed = total((sku) => sku.supply + sku.budget);
  const orders = total((sku) => sku.orders);
  const cancelled = total((sku) => sku.cancelled);
  return (
    <div class="progress">
      <p class="progress-head">
        <strong class="progress-share">{percent(sold, owed)}</strong> sold{' '}
        <span class="muted">
          {units(sold)} of {units(owed)} units · {units(orders)} orders, {units(cancelled)} cancelled
        </span>
      </p>
      <UnitsBar name={sale.title} holdings={holdings} owed={owed} tall />
      <Legend holdings={holdings} />
    </div>
  );
}
