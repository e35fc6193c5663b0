// Asks the server how a sale stands, again and again. Never shows anything.

import { at } from "./address.js";
import { backoffMs, deadline, jittered, retryAfterMs } from "./retry.js";

const TIMEOUT_MS = 5_000;
const BACKOFF_MS_FIRST = 2_000;
const BACKOFF_MS_MAX = 30_000;
/** So many answers come quickly, because the clock's first samples are its worst. */
const QUICK_ANSWERS = 3;
const QUICK_MS = 300;

/** When a sale starts and ends, as its page was written. */
export function readWindow(element) {
  return { startsAtMs: Number(element.dataset.startsAtMs), endsAtMs: Number(element.dataset.endsAtMs) };
}

/** Polls a sale: about each `everyMs` around its start and while it is open, seldom otherwise. */
export class SaleWatch {
  #timer = 0;
  #answers = 0;
  #failures = 0;
  #asking = false;

  /** `onUpdate(items, sentMs)`: what the server says, and when it was asked. */
  constructor(sale, clock, window, { everyMs, onUpdate }) {
    Object.assign(this, { sale, clock, window, everyMs, onUpdate });
    document.addEventListener("visibilitychange", () => document.hidden || this.#poll());
    addEventListener("pageshow", (event) => event.persisted && this.#poll());
    this.#poll();
  }

  async #poll() {
    if (this.#asking) return;
    this.#asking = true;
    clearTimeout(this.#timer);
    let waitMs = 0;
    try {
      waitMs = await this.#ask();
    } finally {
      this.#asking = false;
      this.#timer = setTimeout(() => this.#poll(), Math.max(waitMs, this.#nextMs()));
    }
  }

  /** Resolves to how long to wait at least. */
  async #ask() {
    const sentMs = performance.now();
    let hintMs = 0;
    let body;
    try {
      const response = await fetch(at(`/api/sales/${this.sale}`), { cache: "no-store", signal: deadline(TIMEOUT_MS) });
      const receivedMs = performance.now();
      hintMs = retryAfterMs(response);
      if (!response.ok) throw new Error(response.statusText);
      body = await response.json();
      if (!Number.isFinite(body.now_ms)) throw new TypeError("no clock in the answer");
      this.clock.sample(sentMs, receivedMs, body.now_ms);
    } catch {
      this.#failures += 1;
      return jittered(Math.max(hintMs, backoffMs(this.#failures, BACKOFF_MS_FIRST, BACKOFF_MS_MAX)));
    }
    this.#answers += 1;
    this.#failures = 0;
    Object.assign(this.window, { startsAtMs: body.starts_at_ms, endsAtMs: body.ends_at_ms });
    this.onUpdate(body.items, sentMs);
    return hintMs;
  }

  #nextMs() {
    const now = this.clock.now();
    const toStart = this.window.startsAtMs - now;
    if (document.hidden) return jittered(15_000);
    if (this.#answers < QUICK_ANSWERS) return jittered(QUICK_MS);
    if (now > this.window.endsAtMs + 5_000) return jittered(60_000);
    if (toStart > 10_000) return Math.min(jittered(15_000), toStart - 5_000 - Math.random() * 4_000);
    const soon = jittered(this.everyMs * 0.8);
    return toStart > 0 ? Math.min(soon, toStart + 50 + Math.random() * 300) : soon;
  }
}
