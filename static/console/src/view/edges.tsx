import type { Operation } from '../api/operation';
import type { Edge } from '../api/snapshot';
import { plural } from '../format';
import { EdgeCard } from './edge_card';

interface Props {
  edges: Edge[];
  ask: (operation: Operation) => void;
}

export function Edges({ edges, ask }: Props) {
  const live = edges.filter((edge) => edge.state === 'live').length;
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
          <EdgeCard key={edge.id} edge={edge} ask={ask} />
        ))}
      </ul>
    </section>
  );
}
