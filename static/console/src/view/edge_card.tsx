import type { Operation } from '../api/operation';
import type { Edge, EdgeState } from '../api/snapshot';
import { span, units } from '../format';
import { epochsToWriteOff } from '../ledger/epochs';
import { Chip, type Tone } from './chip';
import { Figure } from './figure';

interface Props {
  edge: Edge;
  ask: (operation: Operation) => void;
}

const TONE: Record<EdgeState, Tone> = { new: 'idle', live: 'good', away: 'warn', fenced: 'over', refused: 'bad' };

const MEANING: Record<EdgeState, string> = {
  new: 'never heard',
  live: 'in session',
  away: 'no session',
  fenced: 'its epoch is closed',
  refused: 'its hello was refused',
};

export function EdgeCard({ edge, ask }: Props) {
  const mayEvict = edge.state === 'live' || edge.state === 'away' || edge.state === 'refused';
  const mayWriteOff = epochsToWriteOff(edge).length > 0;
  return (
    <li class={`edge edge-${edge.state}`} data-testid="edge" data-edge={edge.id} data-state={edge.state}>
      <div class="edge-head">
        <h3>
          <EdgeName edge={edge} />
        </h3>
        <Chip tone={TONE[edge.state] ?? 'idle'}>{edge.state}</Chip>
      </div>
      <p class="muted">{MEANING[edge.state]}</p>
      <dl class="edge-figures">
        <Figure name="epoch">{edge.epoch > 0 ? units(edge.epoch) : '–'}</Figure>
        <Figure name="last heard">{heard(edge)}</Figure>
        <Figure name="orders">{units(edge.orders)}</Figure>
      </dl>
      <div class="edge-foot">
        {mayWriteOff && (
          <button
            type="button"
            class="button"
            aria-label={`Write off an epoch of ${edge.id}`}
            onClick={() => ask({ kind: 'write-off', edge: edge.id })}
          >
            Write off…
          </button>
        )}
        {mayEvict && (
          <button
            type="button"
            class="button"
            aria-label={`Evict ${edge.id}`}
            onClick={() => ask({ kind: 'evict', edge: edge.id, epoch: edge.epoch })}
          >
            Evict…
          </button>
        )}
      </div>
    </li>
  );
}

function heard(edge: Edge): string {
  const unheard = edge.state === 'new' || !Number.isFinite(edge.last_heard_ms_ago);
  return unheard ? 'never' : `${span(edge.last_heard_ms_ago ?? 0)} ago`;
}

function EdgeName({ edge }: { edge: Edge }) {
  if (!edge.shop || !/^https?:\/\//i.test(edge.shop)) {
    return <>{edge.id}</>;
  }
  // With its slash: the pages below a path of a shared host lead on from the path's folder.
  return (
    <a href={`${edge.shop}/`} target="_blank" rel="noreferrer" aria-label={`${edge.id}: open its shop in a new tab`}>
      {edge.id}
      <span aria-hidden="true"> ↗</span>
    </a>
  );
}
