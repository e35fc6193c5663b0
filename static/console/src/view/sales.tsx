import type { Operation } from '../api/operation';
import type { Sale, SaleState, Snapshot } from '../api/snapshot';
import type { SaleThroughput } from '../throughput/by_sale';
import { SaleSection } from './sale_section';

interface Props {
  snapshot: Snapshot;
  throughput: SaleThroughput;
  now_ms: number;
  ask: (operation: Operation) => void;
}

const RANK: Record<SaleState, number> = { open: 0, closed: 1, planned: 2, settled: 3 };

/** What runs comes first, then what still settles, what is to come, and what is over. */
function inOrder(sales: Sale[]): Sale[] {
  return [...sales].sort(
    (a, b) => RANK[a.state] - RANK[b.state] || a.starts_at_ms - b.starts_at_ms || a.id.localeCompare(b.id),
  );
}

export function Sales({ snapshot, throughput, now_ms, ask }: Props) {
  if (snapshot.sales.length === 0) {
    return <p class="empty">No sale is planned.</p>;
  }
  const edges = snapshot.edges.map((edge) => edge.id);
  return (
    <>
      {inOrder(snapshot.sales).map((sale) => (
        <SaleSection
          key={sale.id}
          sale={sale}
          edges={edges}
          series={throughput.of(sale.id)}
          now_ms={now_ms}
          ask={ask}
        />
      ))}
    </>
  );
}
