/** Owns the connection to `/api/stream`: opens it, notices that it went quiet, opens it again. Keeps no figures. */
import { parseSnapshot, type Snapshot } from './snapshot';

export type StreamState = 'connecting' | 'live' | 'broken';

export interface StreamListener {
  onSnapshot(snapshot: Snapshot): void;
  onState(state: StreamState): void;
}

/** Snapshots come twice a second; a connection that is silent for this long is dead, whatever TCP says. */
const SILENCE_MS_MAX = 5_000;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 8_000;

/** Doubles from the shortest pause to the longest, and spreads consoles over the upper half of it. */
export function retryDelayMs(failures: number, random: number): number {
  const full = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** failures);
  return full / 2 + (full / 2) * random;
}

/** Returns a function that ends the stream. */
export function openStream(listener: StreamListener): () => void {
  let source: EventSource | undefined;
  let timer: number | undefined;
  let failures = 0;

  const expect = (ms: number, then: () => void) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(then, ms);
  };

  const fail = () => {
    source?.close();
    listener.onState('broken');
    expect(retryDelayMs(failures, Math.random()), connect);
    failures += 1;
  };

  const connect = () => {
    source = new EventSource('/api/stream');
    source.addEventListener('snapshot', (event: MessageEvent<string>) => {
      let snapshot: Snapshot;
      try {
        snapshot = parseSnapshot(event.data);
      } catch (error) {
        console.error('unreadable snapshot', error);
        fail();
        return;
      }
      failures = 0;
      expect(SILENCE_MS_MAX, fail);
      listener.onState('live');
      listener.onSnapshot(snapshot);
    });
    // The browser gives up for good on an answer other than 200, so every failure is retried here instead.
    source.addEventListener('error', fail);
    expect(SILENCE_MS_MAX, fail);
  };

  listener.onState('connecting');
  connect();
  return () => {
    window.clearTimeout(timer);
    source?.close();
  };
}
