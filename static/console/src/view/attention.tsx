import type { Operation } from '../api/operation';
import type { Snapshot } from '../api/snapshot';
import type { StreamState } from '../api/stream';
import { clock } from '../format';
import { troubles } from '../ledger/trouble';
import { Alerts } from './alerts';

interface Props {
  snapshot: Snapshot | null;
  stream: StreamState;
  ask: (operation: Operation) => void;
}

/** Everything that must not be overlooked, loudest first. Present even when empty, so that additions are read out. */
export function Attention({ snapshot, stream, ask }: Props) {
  const found = snapshot ? troubles(snapshot) : [];
  const waiting = snapshot?.waiting_for ?? [];
  return (
    <div class="attention" role="region" aria-label="Needs attention" aria-live="assertive">
      {stream === 'broken' && (
        <div class="notice notice-bad" key="stream">
          <h2>The stream is broken</h2>
          <p>
            {snapshot
              ? `The figures below are from ${clock(snapshot.now_ms)} and may be wrong by now. Reconnecting.`
              : 'The allocator does not answer. Reconnecting.'}
          </p>
        </div>
      )}
      {found.map((trouble) => (
        <div class="notice notice-bad" key={trouble.key}>
          <h2>{trouble.title}</h2>
          <p>{trouble.detail}</p>
        </div>
      ))}
      {waiting.length > 0 && (
        <div class="notice notice-warn" key="waiting">
          <h2>Grants are on hold</h2>
          <p>
            The allocator restarted and waits for the hello of {waiting.join(', ')}. Until then nothing is granted or
            evicted.
          </p>
          <button type="button" class="button" onClick={() => ask({ kind: 'resume-grants' })}>
            Resume grants…
          </button>
        </div>
      )}
      {snapshot && snapshot.alerts.length > 0 && <Alerts key="alerts" alerts={snapshot.alerts} />}
    </div>
  );
}
