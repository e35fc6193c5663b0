/** Numbers and times as the console writes them: the same everywhere, so that columns line up. */

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const CLOCK_MINUTE = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const MOMENT = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** What stands where there is no number. */
const NONE = '–';

export function units(value: number): string {
  return Number.isFinite(value) ? WHOLE.format(value) : NONE;
}

export function perSecond(value: number): string {
  if (!Number.isFinite(value)) {
    return NONE;
  }
  return Math.abs(value) < 100 ? TENTHS.format(value) : WHOLE.format(value);
}

/** Never says 100 % before the last unit, nor 0 % after the first. */
export function percent(part: number, whole: number): string {
  if (!(whole > 0)) {
    return '0 %';
  }
  const exact = (part / whole) * 100;
  const shown = part < whole ? Math.min(99, Math.floor(exact)) : Math.round(exact);
  return part > 0 && shown === 0 ? '< 1 %' : `${shown} %`;
}

export function clock(at_ms: number): string {
  return CLOCK.format(at_ms);
}

export function clockMinute(at_ms: number): string {
  return CLOCK_MINUTE.format(at_ms);
}

export function moment(at_ms: number): string {
  return MOMENT.format(at_ms);
}

/** `1 d 02:03:04` or `02:03:04`; a part of a second counts as a whole one, so that zero means now. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const days = Math.floor(seconds / 86_400);
  const parts = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const hms = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return days > 0 ? `${days} d ${hms}` : hms;
}

/** A length of time in its largest unit: `120 ms`, `4 s`, `3 min`, `2 h`, `5 d`. */
export function span(ms: number): string {
  if (ms < 1_000) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }
  const steps: [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
  ];
  const step = steps.find(([size]) => ms >= size) ?? [1_000, 's'];
  return `${Math.floor(ms / step[0])} ${step[1]}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${units(count)} ${count === 1 ? one : many}`;
}
