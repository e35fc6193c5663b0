import type { Operation } from '../api/operation';
import type { Sale, SaleState } from '../api/snapshot';
import { units } from '../format';
import { edgeColumns, holdings } from '../ledger/holdings';
import type { RateSeries } from '../throughput/series';
import { Chip, type Tone } from './chip';
import { FinalReport } from './final_report';
import { SaleProgress } from './sale_progress';
import { SaleTime } from './sale_time';
import { SkuTable } from './sku_table';
import { ThroughputChart } from './throughput_chart';

interface Props {
  sale: Sale;
  edges: string[];
  series: RateSeries;
  now_ms: number;
  ask: (operation: Operation) => void;
}

const TONE: Record<SaleState, Tone> = { planned: 'idle', open: 'good', closed: 'warn', settled: 'over' };

export function SaleSection({ sale, edges, series, now_ms, ask }: Props) {
  const columns = edgeColumns(edges, sale.skus);
  const over = sale.state === 'closed' || sale.state === 'settled';
  const charted = sale.state === 'open' || series.peak > 0;
  const titleId = `sale-${sale.id}`;
  return (
    <section class="sale" aria-labelledby={titleId} data-testid="sale" data-sale={sale.id}>
      <div class="sale-head">
        <h2 id={titleId}>{sale.title}</h2>
        <Chip tone={TONE[sale.state] ?? 'idle'}>{sale.state}</Chip>
        <SaleTime sale={sale} now_ms={now_ms} />
        <p class="muted sale-rules">
          limit {units(sale.limit)} per shopper · credit {units(sale.credit)}
        </p>
        {!over && (
          <button
            type="button"
            class="button"
            aria-label={`End early: ${sale.title}`}
            onClick={() => ask({ kind: 'close-sale', sale: sale.id })}
          >
            End early…
          </button>
        )}
      </div>
      <div class={charted ? 'sale-now sale-now-charted' : 'sale-now'}>
        <SaleProgress sale={sale} holdings={holdings(sale.skus, columns)} />
        {charted && <ThroughputChart title={sale.title} series={series} />}
      </div>
      {over && <FinalReport sale={sale} />}
      <SkuTable sale={sale} edges={columns} ask={over ? null : ask} />
    </section>
  );
}
