import type { Snapshot } from '../api/snapshot';
import type { StreamState } from '../api/stream';
import { clock, perSecond, units } from '../format';
import { unitsAtRisk } from '../ledger/risk';
import { Figure } from './figure';
import { Chip, type Tone } from './chip';

interface Props {
  snapshot: Snapshot | null;
  stream: StreamState;
  now_ms: number;
}

const STREAM: Record<StreamState, { tone: Tone; word: string }> = {
  connecting: { tone: 'idle', word: 'Connecting' },
  live: { tone: 'good', word: 'Live' },
  broken: { tone: 'bad', word: 'Stream broken, reconnecting' },
};

export function Header({ snapshot, stream, now_ms }: Props) {
  const { tone, word } = STREAM[stream];
  return (
    <header class="header">
      <div class="brand">
        <svg class="brand-mark" viewBox="0 0 16 22" aria-hidden="true">
          <path class="brand-door" d="M0 22V0h9v22z" />
          <path class="brand-leaf" d="M9 0l7 4v18H9z" />
        </svg>
        <h1>
          Doorbuster <span class="brand-part">allocator</span>
        </h1>
      </div>
      <dl class={stream === 'live' ? 'header-figures' : 'header-figures header-stale'}>
        <Figure name="orders/s">{snapshot ? perSecond(snapshot.orders_per_s) : '–'}</Figure>
        <Figure name="units at risk">{snapshot ? units(unitsAtRisk(snapshot.sales)) : '–'}</Figure>
        <Figure name="term">{snapshot ? units(snapshot.term) : '–'}</Figure>
        <Figure name="commit">{snapshot ? units(snapshot.commit) : '–'}</Figure>
        <Figure name="clock">
          <time>{clock(now_ms)}</time>
        </Figure>
      </dl>
      <div role="status" class="header-stream" data-testid="stream-state" data-state={stream}>
        <Chip tone={tone}>{word}</Chip>
      </div>
    </header>
  );
}
