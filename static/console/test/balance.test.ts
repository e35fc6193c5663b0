import { expect, test } from 'vitest';
import { balance, type Accounts } from '../src/ledger/balance';

const whole: Accounts = {
  supply: 240,
  budget: 10,
  debt: 0,
  oversold: 0,
  pool: 10,
  escrow: [
    { edge: 'edge-1', epoch: 2, units: 40 },
    { edge: 'edge-1', epoch: 1, units: 5 },
  ],
  sold: 190,
  quarantine: 3,
  written_off: 2,
};

test('accounts add up to supply and budget', () => {
  expect(balance(whole)).toEqual({ found: 250, owed: 250, balanced: true });
});

test('what is out beyond supply and budget is accounted for', () => {
  expect(balance({ ...whole, supply: 230, debt: 6, oversold: 4 })).toEqual({ found: 250, owed: 250, balanced: true });
});

test('a unit too few or too many does not balance', () => {
  expect(balance({ ...whole, sold: 189 })).toEqual({ found: 249, owed: 250, balanced: false });
  expect(balance({ ...whole, pool: 11 }).balanced).toBe(false);
});

test('a negative account does not balance even if the sum is right', () => {
  expect(balance({ ...whole, pool: -1, sold: 201 }).balanced).toBe(false);
});

test('a missing account does not balance', () => {
  const { quarantine: _, ...lacking } = whole;
  expect(balance(lacking as Accounts).balanced).toBe(false);
});

test('escrow may come summed', () => {
  expect(balance({ ...whole, escrow: 45 }).balanced).toBe(true);
});
