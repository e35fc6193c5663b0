/** A series of rates over the last minutes, made from a counter. Bounded in time and in points; never reads a clock. */

export const WINDOW_S = 300;
/** Two snapshots a second for the whole window, and room for breaks in the line. */
export const POINTS_MAX = 640;
/** A rate is taken over at least this long, so that one batch of orders is not a spike. */
const RATE_OVER_S = 2;
/** A longer silence than this breaks the line. */
const GAP_S = 4;

interface Reading {
  at_s: number;
  count: number;
}

export class RateSeries {
  /** Times in seconds, ascending; `rates` has one entry for each, null where the line breaks. */
  readonly times: number[] = [];
  readonly rates: (number | null)[] = [];
  private readings: Reading[] = [];

  /** Takes a reading of the counter. A repeat is ignored; a clock that was set back or a counter that fell starts afresh. */
  add(at_ms: number, count: number): void {
    const at_s = at_ms / 1_000;
    if (at_s < (this.readings.at(-1)?.at_s ?? 0) - GAP_S) {
      this.clear();
    }
    const last = this.readings.at(-1);
    if (last && at_s <= last.at_s) {
      return;
    }
    if (last && (at_s - last.at_s > GAP_S || count < last.count)) {
      this.push(last.at_s + 0.001, null);
      this.readings = [];
    }
    this.readings.push({ at_s, count });
    while (this.readings[1] && at_s - this.readings[1].at_s >= RATE_OVER_S) {
      this.readings.shift();
    }
    const base = this.readings[0];
    if (base && at_s - base.at_s >= RATE_OVER_S) {
      this.push(at_s, (count - base.count) / (at_s - base.at_s));
    }
    this.forget(at_s - WINDOW_S);
  }

  /** Null until a rate is known. */
  get latest(): number | null {
    return this.rates.at(-1) ?? null;
  }

  get peak(): number {
    return this.rates.reduce<number>((most, rate) => Math.max(most, rate ?? 0), 0);
  }

  private clear(): void {
    this.readings = [];
    this.times.length = 0;
    this.rates.length = 0;
  }

  private push(at_s: number, rate: number | null): void {
    this.times.push(at_s);
    this.rates.push(rate);
  }

  private forget(before_s: number): void {
    const kept = this.times.findIndex((at_s) => at_s >= before_s);
    const old = kept === -1 ? this.times.length : kept;
    const drop = Math.max(old, this.times.length - POINTS_MAX);
    this.times.splice(0, drop);
    this.rates.splice(0, drop);
  }
}
