/** Holds what the console knows: the latest snapshot, when it came, and whether the stream still runs. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Snapshot } from './api/snapshot';
import { openStream, type StreamState } from './api/stream';
import { SaleThroughput } from './throughput/by_sale';

export interface ConsoleState {
  snapshot: Snapshot | null;
  stream: StreamState;
  /** The allocator's clock minus this browser's, so that countdowns follow the allocator's. */
  clockAhead_ms: number;
  throughput: SaleThroughput;
}

interface Received {
  snapshot: Snapshot;
  clockAhead_ms: number;
}

export function useConsole(): ConsoleState {
  const [received, setReceived] = useState<Received | null>(null);
  const [stream, setStream] = useState<StreamState>('connecting');
  const throughput = useRef(new SaleThroughput()).current;

  useEffect(
    () =>
      openStream({
        onState: setStream,
        onSnapshot: (snapshot) => {
          throughput.take(snapshot);
          setReceived({ snapshot, clockAhead_ms: snapshot.now_ms - Date.now() });
        },
      }),
    [throughput],
  );

  return {
    snapshot: received?.snapshot ?? null,
    stream,
    clockAhead_ms: received?.clockAhead_ms ?? 0,
    throughput,
  };
}

/** This browser's time, renewed every second, so that clocks run on when the stream does not. */
export function useNow(): number {
  const [now_ms, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  return now_ms;
}
