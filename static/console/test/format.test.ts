import { expect, test } from 'vitest';
import { countdown, percent, perSecond, plural, span, units } from '../src/format';

test('units are grouped, and a missing number is a dash', () => {
  expect(units(1_234_567)).toBe('1,234,567');
  expect(units(Number.NaN)).toBe('–');
});

test('percent keeps 0 and 100 for none and all', () => {
  expect(percent(0, 240)).toBe('0 %');
  expect(percent(1, 24_000)).toBe('< 1 %');
  expect(percent(23_999, 24_000)).toBe('99 %');
  expect(percent(24_000, 24_000)).toBe('100 %');
  expect(percent(0, 0)).toBe('0 %');
});

test('countdown reaches zero only at the moment itself', () => {
  expect(countdown(1)).toBe('00:00:01');
  expect(countdown(0)).toBe('00:00:00');
  expect(countdown(-5_000)).toBe('00:00:00');
  expect(countdown(((24 + 2) * 3_600 + 3 * 60 + 4) * 1_000)).toBe('1 d 02:03:04');
});

test('span uses its largest unit', () => {
  expect([120, 4_900, 185_000, 7_300_000, 90_000_000].map(span)).toEqual(['120 ms', '4 s', '3 min', '2 h', '1 d']);
});

test('small rates have a tenth', () => {
  expect([0, 12.34, 412.5].map(perSecond)).toEqual(['0.0', '12.3', '413']);
});

test('one is singular', () => {
  expect(plural(1, 'unit')).toBe('1 unit');
  expect(plural(0, 'unit')).toBe('0 units');
});
