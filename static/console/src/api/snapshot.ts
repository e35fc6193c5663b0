/** The allocator's figures at one moment, as `GET /api/snapshot` and the stream give them. Units are whole numbers. */

export type EdgeState = 'new' | 'live' | 'away' | 'fenced' | 'refused';
export type SaleState = 'planned' | 'open' | 'closed' | 'settled';

export interface Edge {
  id: string;
  state: EdgeState;
  epoch: number;
  shop: string | null;
  last_heard_ms_ago: number | null;
  orders: number;
  /** Units that its fenced epochs have in quarantine. */
  quarantine: EpochUnits[];
}

export interface EpochUnits {
  epoch: number;
  units: number;
}

export interface Escrow {
  edge: string;
  epoch: number;
  units: number;
}

export interface Sku {
  sku: string;
  name: string;
  supply: number;
  budget: number;
  /** Units that edges are to return since supply or budget were lowered. */
  debt: number;
  /** Units that were sold or given up before they could be returned. */
  oversold: number;
  pool: number;
  escrow: Escrow[];
  sold: number;
  /** Units that live edges may have sold and acknowledged beyond the ledger's knowledge. */
  at_risk: number;
  quarantine: number;
  written_off: number;
  sold_out: boolean;
  halted: string | null;
  orders: number;
  cancelled: number;
}

export interface Sale {
  id: string;
  title: string;
  state: SaleState;
  starts_at_ms: number;
  ends_at_ms: number;
  limit: number;
  credit: number;
  skus: Sku[];
}

export interface Alert {
  at_ms: number;
  text: string;
}

export interface Snapshot {
  now_ms: number;
  term: number;
  commit: number;
  waiting_for: string[];
  orders_per_s: number;
  edges: Edge[];
  sales: Sale[];
  alerts: Alert[];
}

/** Throws when the text is not JSON or lacks a list that every view reads. */
export function parseSnapshot(text: string): Snapshot {
  const value = JSON.parse(text) as Partial<Snapshot> | null;
  if (!value || !Number.isFinite(value.now_ms)) {
    throw new TypeError('the snapshot has no time');
  }
  for (const list of ['waiting_for', 'edges', 'sales', 'alerts'] as const) {
    if (!Array.isArray(value[list])) {
      throw new TypeError(`the snapshot has no ${list}`);
    }
  }
  return value as Snapshot;
}
