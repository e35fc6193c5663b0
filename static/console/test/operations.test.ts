import { expect, test } from 'vitest';
import { problemText } from '../src/api/problem';
import { parseSnapshot, type Edge, type Sale, type Sku, type Snapshot } from '../src/api/snapshot';
import { retryDelayMs } from '../src/api/stream';
import { availability } from '../src/ledger/availability';
import { epochsToWriteOff } from '../src/ledger/epochs';
import { evictionOutcome } from '../src/ledger/eviction';
import { troubles } from '../src/ledger/trouble';
import { plan } from '../src/view/operation_plan';
import { supplyPlan } from '../src/view/supply_plan';

const edge: Edge = { id: 'edge-1', state: 'live', epoch: 2, shop: null, last_heard_ms_ago: 1, orders: 0, quarantine: [] };
const sku: Sku = {
  sku: 'copper-kettle', name: 'Copper kettle', supply: 100, budget: 0, debt: 0, oversold: 0, pool: 20,
  escrow: [{ edge: 'edge-1', epoch: 2, units: 30 }], sold: 50, at_risk: 8, quarantine: 0, written_off: 0,
  sold_out: false, halted: null, orders: 50, cancelled: 0,
};
const sale: Sale = {
  id: 'first light', title: 'First Light', state: 'open', starts_at_ms: 0, ends_at_ms: 1, limit: 4, credit: 8, skus: [sku],
};
const snapshot: Snapshot = {
  now_ms: 1, term: 1, commit: 1, waiting_for: [], orders_per_s: 0, edges: [edge], sales: [sale], alerts: [],
};

test('an eviction quarantines at most the credit of each SKU', () => {
  expect(evictionOutcome([sale], 'edge-1')).toEqual({ toPool: 22, toQuarantine: 8 });
  expect(evictionOutcome([{ ...sale, credit: 0 }], 'edge-1')).toEqual({ toPool: 30, toQuarantine: 0 });
  expect(evictionOutcome([sale], 'edge-2')).toEqual({ toPool: 0, toQuarantine: 0 });
});

test('an eviction is not sent to an edge that began another epoch meanwhile', () => {
  const operation = { kind: 'evict', edge: 'edge-1', epoch: 2 } as const;
  expect(plan(operation, snapshot, null).path).toBe('/api/edges/edge-1/evict');
  const later = { ...snapshot, edges: [{ ...edge, epoch: 3 }] };
  expect(plan(operation, later, null).path).toBeNull();
});

test('only an epoch with units in quarantine can be written off', () => {
  expect(epochsToWriteOff(edge)).toEqual([]);
  const known = [{ epoch: 1, units: 0 }, { epoch: 2, units: 7 }, { epoch: 3, units: 1 }];
  expect(epochsToWriteOff({ ...edge, epoch: 4, quarantine: known })).toEqual([3, 2]);
});

test('a higher supply goes to the pool', () => {
  const raised = supplyPlan(sku, { supply: 120, budget: 0 });
  expect(raised.effects[0]).toContain('20 units go to the pool');
  expect([raised.changes, raised.obstacle]).toEqual([{ supply: 120 }, '']);
});

test('a lower supply takes what the pool has, and recalls the rest', () => {
  const lowered = supplyPlan(sku, { supply: 70, budget: 5 });
  expect(lowered.effects.join(' ')).toContain('20 units leave the pool');
  expect(lowered.effects.join(' ')).toContain('5 units are recalled from edges');
  expect(lowered.changes).toEqual({ supply: 70, budget: 5 });
});

test('a supply below what is sold is not sent', () => {
  const refused = supplyPlan(sku, { supply: 49, budget: 0 });
  expect([refused.changes, refused.obstacle]).toEqual([null, 'Expected at least 50 units in all, which are sold or may be: found 49.']);
  expect(supplyPlan(sku, { supply: 100, budget: 0 }).changes).toBeNull();
  expect(supplyPlan(sku, { supply: Number.NaN, budget: 0 }).changes).toBeNull();
});

test('ids are escaped in paths', () => {
  expect(plan({ kind: 'close-sale', sale: 'first light' }, snapshot, null).path).toBe('/api/sales/first%20light/close');
});

test('a sale that is over cannot be ended', () => {
  const over = { ...snapshot, sales: [{ ...sale, state: 'closed' as const }] };
  expect(plan({ kind: 'close-sale', sale: sale.id }, over, null).path).toBeNull();
});

test('an empty SKU is queueing until the ledger says sold out', () => {
  const empty = { ...sku, pool: 0, escrow: [] };
  expect(availability(sku, 'open')).toBe('available');
  expect(availability(empty, 'open')).toBe('queueing');
  expect(availability({ ...empty, sold_out: true }, 'open')).toBe('sold out');
  expect(availability({ ...sku, halted: 'why' }, 'open')).toBe('halted');
  expect(availability(sku, 'planned')).toBe('not open yet');
});

test('halted and unbalanced SKUs are troubles', () => {
  expect(troubles(snapshot)).toEqual([]);
  const bad = { ...snapshot, sales: [{ ...sale, skus: [{ ...sku, halted: 'why', sold: 49 }] }] };
  expect(troubles(bad).map((trouble) => trouble.title)).toEqual([
    'Copper kettle does not add up',
    'Copper kettle is halted',
  ]);
});

test('a snapshot that lacks a list is refused', () => {
  expect(parseSnapshot(JSON.stringify(snapshot))).toEqual(snapshot);
  expect(() => parseSnapshot(JSON.stringify({ ...snapshot, edges: undefined }))).toThrow('no edges');
  expect(() => parseSnapshot('null')).toThrow();
});

test('a problem is told in its own words', () => {
  expect(problemText(409, '{"title":"On hold","detail":"waiting for edge-2"}')).toBe('On hold: waiting for edge-2 (409)');
  expect(problemText(502, '<html>')).toBe('The allocator answered 502.');
});

test('retries slow down to a bound', () => {
  expect(retryDelayMs(0, 1)).toBe(500);
  expect(retryDelayMs(50, 1)).toBe(8_000);
  expect(retryDelayMs(50, 0)).toBe(4_000);
});
