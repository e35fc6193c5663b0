import { expect, test } from 'vitest';
import { POINTS_MAX, RateSeries, WINDOW_S } from '../src/throughput/series';

function steady(seconds: number, step_ms: number, perSecond: number): RateSeries {
  const series = new RateSeries();
  for (let at_ms = 0; at_ms <= seconds * 1_000; at_ms += step_ms) {
    series.add(at_ms, (at_ms / 1_000) * perSecond);
  }
  return series;
}

test('a steady counter gives its rate', () => {
  const series = steady(10, 500, 40);
  expect(series.latest).toBeCloseTo(40);
  expect(series.peak).toBeCloseTo(40);
});

test('there is no rate before there is enough time', () => {
  expect(steady(1, 500, 40).latest).toBeNull();
});

test('what is older than the window is forgotten', () => {
  const series = steady(WINDOW_S * 3, 500, 1);
  expect(series.times.at(-1)! - series.times[0]!).toBeLessThanOrEqual(WINDOW_S);
  expect(series.times.length).toBe(series.rates.length);
});

test('a flood of snapshots stays within the bound', () => {
  expect(steady(WINDOW_S, 20, 1).times.length).toBe(POINTS_MAX);
});

test('silence breaks the line', () => {
  const series = steady(5, 500, 1);
  series.add(60_000, 500);
  expect(series.rates.at(-1)).toBeNull();
});

test('a counter that fell gives no negative rate', () => {
  const series = steady(5, 500, 100);
  for (let at_ms = 5_500; at_ms < 10_000; at_ms += 500) {
    series.add(at_ms, 0);
  }
  expect(Math.min(...series.rates.map((rate) => rate ?? 0))).toBe(0);
  expect(series.latest).toBe(0);
});

test('a clock that was set back starts the series afresh', () => {
  const series = steady(100, 500, 1);
  series.add(1_000, 200);
  expect(series.times).toEqual([]);
});

test('times only grow', () => {
  const series = steady(5, 500, 1);
  series.add(5_000, 9);
  series.add(4_900, 9);
  series.add(60_000, 9);
  series.add(63_000, 9);
  expect(series.times).toEqual([...new Set(series.times)].sort((a, b) => a - b));
});
