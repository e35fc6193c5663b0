/** Adds up where the units of a SKU are, and says whether that is all of them. */
import type { Escrow } from '../api/snapshot';

export interface Accounts {
  supply: number;
  budget: number;
  /** Out beyond supply and budget: to come back, and sold instead. */
  debt: number;
  oversold: number;
  pool: number;
  /** By edge and epoch, or already summed. */
  escrow: number | Escrow[];
  sold: number;
  quarantine: number;
  written_off: number;
}

export interface Balance {
  /** Units found in the accounts. */
  found: number;
  /** Units that must be there: supply and budget, and what is out beyond them. */
  owed: number;
  balanced: boolean;
}

export function escrowUnits(escrow: number | Escrow[]): number {
  return typeof escrow === 'number' ? escrow : escrow.reduce((sum, entry) => sum + entry.units, 0);
}

/** A missing or negative account never balances. */
export function balance(accounts: Accounts): Balance {
  const parts = [accounts.pool, escrowUnits(accounts.escrow), accounts.sold, accounts.quarantine, accounts.written_off];
  const found = parts.reduce((sum, units) => sum + units, 0);
  const owed = accounts.supply + accounts.budget + accounts.debt + accounts.oversold;
  const sound = parts.every((units) => Number.isSafeInteger(units) && units >= 0);
  return { found, owed, balanced: sound && found === owed };
}
