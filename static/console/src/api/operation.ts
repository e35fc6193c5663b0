/** What an operator can order. Each goes through a dialog that says what it will do. */
import { okOrRefused, Refused } from './problem';

export type Operation = FinalOperation | { kind: 'set-supply'; sale: string; sku: string };

/** What cannot be undone. */
export type FinalOperation =
  | { kind: 'close-sale'; sale: string }
  | { kind: 'evict'; edge: string; epoch: number }
  | { kind: 'write-off'; edge: string }
  | { kind: 'resume-grants' };

/** What is to change of an item's supply and budget. */
export interface SupplyChanges {
  supply?: number;
  budget?: number;
}

/** Past this an operator is told that the outcome is unknown. */
const ANSWER_MS_MAX = 15_000;

export function closeSalePath(sale: string): string {
  return `/api/sales/${encodeURIComponent(sale)}/close`;
}

export function evictPath(edge: string): string {
  return `/api/edges/${encodeURIComponent(edge)}/evict`;
}

export function writeOffPath(edge: string, epoch: number): string {
  return `/api/edges/${encodeURIComponent(edge)}/epochs/${epoch}/write-off`;
}

export function supplyPath(sale: string, sku: string): string {
  return `/api/sales/${encodeURIComponent(sale)}/items/${encodeURIComponent(sku)}`;
}

export const RESUME_GRANTS_PATH = '/api/resume-grants';

/** Rejects with a text fit to show: the allocator's reason, or that nobody knows whether it happened. */
export async function perform(path: string, changes: SupplyChanges = {}): Promise<void> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(changes),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    await okOrRefused(response);
  } catch (error) {
    if (error instanceof Refused) {
      throw error;
    }
    throw new Error('No answer: it may or may not have happened. Look at the figures before you try again.', {
      cause: error,
    });
  }
}
