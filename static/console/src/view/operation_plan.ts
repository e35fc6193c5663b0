/** The words of the confirmation dialog: what each operation will do by the figures at hand. */
import { closeSalePath, evictPath, RESUME_GRANTS_PATH, writeOffPath, type FinalOperation } from '../api/operation';
import type { Edge, Snapshot } from '../api/snapshot';
import { moment, plural } from '../format';
import { epochsToWriteOff } from '../ledger/epochs';
import { evictionOutcome } from '../ledger/eviction';

export interface Plan {
  title: string;
  effects: string[];
  /** Epochs to choose from; empty where there is nothing to choose. */
  epochs: number[];
  /** Where to send it; null when it must not be sent. */
  path: string | null;
  button: string;
  done: string;
  /** Why it cannot or may not work; empty when nothing stands in its way. */
  obstacle: string;
}

export function plan(operation: FinalOperation, snapshot: Snapshot, epoch: number | null): Plan {
  switch (operation.kind) {
    case 'close-sale':
      return closeSale(operation.sale, snapshot);
    case 'evict':
      return evict(operation.edge, operation.epoch, snapshot);
    case 'write-off':
      return writeOff(operation.edge, snapshot, epoch);
    case 'resume-grants':
      return resumeGrants(snapshot);
  }
}

function closeSale(id: string, snapshot: Snapshot): Plan {
  const sale = snapshot.sales.find((candidate) => candidate.id === id);
  const title = sale?.title ?? id;
  const over = !sale || sale.state === 'closed' || sale.state === 'settled';
  return {
    title: `End ${title} early?`,
    effects: [
      `The sale ends now${sale ? ` instead of ${moment(sale.ends_at_ms)}` : ''}, on every edge.`,
      'Shoppers cannot place any more orders in it. Orders that are already placed stay valid.',
      'Every edge returns what it has left to the pool.',
      'A sale that has ended cannot be opened again.',
    ],
    epochs: [],
    path: over ? null : closeSalePath(id),
    button: 'End the sale now',
    done: `${title} was told to end.`,
    obstacle: over ? 'This sale has ended already.' : '',
  };
}

function evict(id: string, epoch: number, snapshot: Snapshot): Plan {
  const edge = snapshot.edges.find((candidate) => candidate.id === id);
  const outcome = evictionOutcome(snapshot.sales, id);
  const moved = edge?.epoch !== epoch || edge.state === 'fenced';
  const waiting = snapshot.waiting_for.length > 0;
  return {
    title: `Evict ${id} from epoch ${epoch}?`,
    effects: [
      `Epoch ${epoch} of ${id} is closed for good. It stops selling as soon as it hears of it.`,
      `By the figures now, ${plural(outcome.toPool, 'unit')} of its escrow go to the pool at once, and ${plural(outcome.toQuarantine, 'unit')} that it may have sold go into quarantine.`,
      'Orders in its tail are taken out of the quarantine while that lasts; the rest of them are cancelled.',
      'The edge can come back only in a new epoch.',
    ],
    epochs: [],
    path: moved ? null : evictPath(id),
    button: `Evict ${id}`,
    done: `${id} was evicted from epoch ${epoch}.`,
    obstacle: evictObstacle(id, moved, waiting),
  };
}

function evictObstacle(id: string, moved: boolean, waiting: boolean): string {
  if (moved) {
    return `${id} is not in this epoch any more. Close this and look at it again.`;
  }
  return waiting ? 'The allocator still waits for hellos, and will refuse this until they came or grants are resumed.' : '';
}

function writeOff(id: string, snapshot: Snapshot, choice: number | null): Plan {
  const edge = snapshot.edges.find((candidate) => candidate.id === id);
  const epochs = edge ? epochsToWriteOff(edge) : [];
  const epoch = choice ?? epochs[0];
  return {
    title: `Write off an epoch of ${id}?`,
    effects: [
      'Do this only when the disk of that epoch will never come back.',
      'What the epoch has in quarantine is written off: those units are neither sold nor put back on sale.',
      `Each of those units may be an order that a shopper saw as placed. ${quarantineWords(edge, epoch)}`,
      'Should the disk come back after all, its orders are taken from what was written off first.',
    ],
    epochs,
    path: epoch === undefined ? null : writeOffPath(id, epoch),
    button: epoch === undefined ? 'Write off' : `Write off epoch ${epoch}`,
    done: `Epoch ${epoch} of ${id} was written off.`,
    obstacle: epoch === undefined ? `${id} has no epoch that could be written off.` : '',
  };
}

function quarantineWords(edge: Edge | undefined, epoch: number | undefined): string {
  const held = edge?.quarantine.find((entry) => entry.epoch === epoch);
  return `This epoch has ${plural(held?.units ?? 0, 'unit')} in quarantine now.`;
}

function resumeGrants(snapshot: Snapshot): Plan {
  const waiting = snapshot.waiting_for;
  return {
    title: 'Resume grants without waiting?',
    effects: [
      `The allocator stops waiting for the hello of ${waiting.join(', ') || 'any edge'}, and grants and evicts again.`,
      'If it was restored from a backup, it may not know what those edges sold since, and may grant units that are sold already.',
      'Do this only when those edges are gone for good, or when you know that the ledger lost nothing.',
    ],
    epochs: [],
    path: waiting.length === 0 ? null : RESUME_GRANTS_PATH,
    button: 'Resume grants',
    done: 'The allocator was told to resume grants.',
    obstacle: waiting.length === 0 ? 'The allocator waits for nobody any more.' : '',
  };
}
