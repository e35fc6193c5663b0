import { useEffect, useState } from 'preact/hooks';
import type { Operation } from './api/operation';
import { useConsole, useNow } from './state';
import { Attention } from './view/attention';
import { ConfirmDialog } from './view/confirm_dialog';
import { Edges } from './view/edges';
import { Header } from './view/header';
import { Sales } from './view/sales';
import { SupplyDialog } from './view/supply_dialog';

/** How long the outcome of an operation stays on the page; by then the figures show it. */
const DONE_SHOWN_MS = 15_000;

export function App() {
  const { snapshot, stream, clockAhead_ms, throughput } = useConsole();
  const [operation, setOperation] = useState<Operation | null>(null);
  const [done, setDone] = useState('');
  useEffect(() => {
    const timer = window.setTimeout(() => setDone(''), DONE_SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [done]);
  const now_ms = useNow() + clockAhead_ms;

  const ask = (next: Operation) => {
    setDone('');
    setOperation(next);
  };

  return (
    <>
      <Header snapshot={snapshot} stream={stream} now_ms={now_ms} />
      <main class={stream === 'live' ? 'page' : 'page page-stale'}>
        <Attention snapshot={snapshot} stream={stream} ask={ask} />
        <p class="done" role="status">
          {done}
        </p>
        {snapshot ? (
          <>
            <Edges edges={snapshot.edges} ask={ask} />
            <Sales snapshot={snapshot} throughput={throughput} now_ms={now_ms} ask={ask} />
          </>
        ) : (
          <p class="empty">{stream === 'broken' ? 'No figures have arrived yet.' : 'Waiting for the first figures…'}</p>
        )}
      </main>
      {operation?.kind === 'set-supply' && snapshot && (
        <SupplyDialog
          sale={operation.sale}
          sku={operation.sku}
          snapshot={snapshot}
          onDone={setDone}
          onClosed={() => setOperation(null)}
        />
      )}
      {operation && operation.kind !== 'set-supply' && snapshot && (
        <ConfirmDialog
          operation={operation}
          snapshot={snapshot}
          stale={stream !== 'live'}
          onDone={setDone}
          onClosed={() => setOperation(null)}
        />
      )}
    </>
  );
}
