import { useEffect, useRef, useState } from 'preact/hooks';
import { perform, supplyPath } from '../api/operation';
import type { Snapshot } from '../api/snapshot';
import { supplyPlan } from './supply_plan';

interface Props {
  sale: string;
  sku: string;
  snapshot: Snapshot;
  onDone: (what: string) => void;
  onClosed: () => void;
}

/** Sets the supply and the oversell budget of an item that sells, and says first what that will do. */
export function SupplyDialog({ sale, sku: code, snapshot, onDone, onClosed }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const sku = snapshot.sales.find((known) => known.id === sale)?.skus.find((known) => known.sku === code);
  const [supply, setSupply] = useState(String(sku?.supply ?? ''));
  const [budget, setBudget] = useState(String(sku?.budget ?? ''));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  if (!sku) {
    return null;
  }
  const { effects, changes, obstacle } = supplyPlan(sku, { supply: count(supply), budget: count(budget) });

  const close = () => dialog.current?.close();
  const confirm = async () => {
    if (changes === null) {
      return;
    }
    setBusy(true);
    setFailure('');
    try {
      await perform(supplyPath(sale, code), changes);
      onDone(`${sku.name} has a supply of ${supply} and a budget of ${budget}.`);
      close();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="supply-title" data-testid="supply-dialog" onClose={onClosed}>
      <h2 id="supply-title">How many of {sku.name}?</h2>
      <Count label="Supply" value={supply} busy={busy} onInput={setSupply} />
      <Count label="Budget beyond it" value={budget} busy={busy} onInput={setBudget} />
      <ul class="dialog-effects">
        {effects.map((effect) => (
          <li key={effect}>{effect}</li>
        ))}
      </ul>
      {obstacle !== '' && <p class="failure">{obstacle}</p>}
      <p class="failure" role="alert">
        {failure}
      </p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="button button-danger" disabled={busy || changes === null} onClick={() => void confirm()}>
          {busy ? 'Waiting for the allocator…' : 'Set it now'}
        </button>
      </div>
    </dialog>
  );
}

interface CountProps {
  label: string;
  value: string;
  busy: boolean;
  onInput: (text: string) => void;
}

function Count({ label, value, busy, onInput }: CountProps) {
  return (
    <label class="dialog-choice">
      {label}
      <input type="number" min="0" step="1" value={value} disabled={busy} onInput={(event) => onInput(event.currentTarget.value)} />
    </label>
  );
}

/** An empty field is no number. */
function count(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
