import { useEffect, useRef, useState } from 'preact/hooks';
import { perform, type FinalOperation } from '../api/operation';
import type { Snapshot } from '../api/snapshot';
import { plan } from './operation_plan';

interface Props {
  operation: FinalOperation;
  snapshot: Snapshot;
  /** Whether the figures are from a stream that broke. */
  stale: boolean;
  onDone: (what: string) => void;
  onClosed: () => void;
}

/** Says in plain words what an operation will do, and does it only when told again. */
export function ConfirmDialog({ operation, snapshot, stale, onDone, onClosed }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Held from the start: an epoch that begins meanwhile must not change what the button does.
  const [choice, setChoice] = useState(() => plan(operation, snapshot, null).epochs[0] ?? null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const { title, effects, epochs, path, button, done, obstacle } = plan(operation, snapshot, choice);

  useEffect(() => dialog.current?.showModal(), []);

  const close = () => dialog.current?.close();
  const confirm = async () => {
    if (path === null) {
      return;
    }
    setBusy(true);
    setFailure('');
    try {
      await perform(path);
      onDone(done);
      close();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="dialog-title" aria-describedby="dialog-effects" onClose={onClosed}>
      <h2 id="dialog-title">{title}</h2>
      <ul id="dialog-effects" class="dialog-effects">
        {effects.map((effect) => (
          <li key={effect}>{effect}</li>
        ))}
      </ul>
      {epochs.length > 0 && (
        <label class="dialog-choice">
          Epoch
          <select value={choice ?? undefined} disabled={busy} onChange={(event) => setChoice(Number(event.currentTarget.value))}>
            {epochs.map((epoch) => (
              <option key={epoch} value={epoch}>
                {epoch}
              </option>
            ))}
          </select>
        </label>
      )}
      {stale && <p class="failure">The stream is broken: these figures are old.</p>}
      {obstacle !== '' && <p class="failure">{obstacle}</p>}
      <p class="failure" role="alert">
        {failure}
      </p>
      <div class="dialog-buttons">
        <button type="button" class="button" autofocus onClick={close}>
          Cancel
        </button>
        <button type="button" class="button button-danger" disabled={busy || path === null} onClick={() => void confirm()}>
          {busy ? 'Waiting for the allocator…' : button}
        </button>
      </div>
    </dialog>
  );
}
