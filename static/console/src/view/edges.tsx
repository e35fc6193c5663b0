import type { Operation } from '../api/operation';
import type { Edge, Sale } from '../api/snapshot';
import { plural } from '../format';
import { EdgeCard } from './edge_card';

interface Props {
  edges: Edge[];
  sales: Sale[];
  ask: (operation: Operation) => void;
}

export function Edges({ edges, sales, ask }: Props) {
  const live = edges.filter((edge) => edge.state === 'live').length;
  const quarantined = sales.some((sale) => sale.skus.some((sku) => sku.quarantine > 0));
  return (
    <section aria-labelledby="edges-title">
      <div class="section-head">
        <h2 id="edges-title">Edges</h2>
        <p class="muted">
          {live} of {plural(edges.length, 'edge')} live
        </p>
      </div>
      {edges.length === 0 && <p class="empty">No edge is configured.</p>}
      <ul class="edges">
        {edges.map((edge) => (
          <EdgeCard key={edge.id} edge={edge} quarantined={quarantined} ask={ask} />
        ))}
      </ul>
    </section>
  );
}
