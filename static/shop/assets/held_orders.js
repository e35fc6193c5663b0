// The shopper's orders of one item, as the server last listed them.

import { at } from "./address.js";
import { backoffMs, deadline, jittered, retryAfterMs } from "./retry.js";
import { HELD } from "./words.js";

const TIMEOUT_MS = 5_000;
const LOOK_MS_PENDING = 2_000;
/** An order that is held may still expire or be cancelled. */
const LOOK_MS_HELD = 30_000;
const BACKOFF_MS_FIRST = 2_000;
const BACKOFF_MS_MAX = 30_000;

export class HeldOrders {
  #held = new Map();
  #timer = 0;
  #turn = 0;
  #failures = 0;

  constructor(sale, sku, { onChange }) {
    Object.assign(this, { sale, sku, onChange });
  }

  get latest() {
    const orders = Array.from(this.#held.values());
    return orders.reduce((last, order) => (last?.placed_at_ms > order.placed_at_ms ? last : order), null);
  }

  get units() {
    return Array.from(this.#held.values()).reduce((sum, order) => sum + order.units, 0);
  }

  /** Takes an order in that the server has just confirmed. A list that was asked for before is older. */
  add(order) {
    this.#turn += 1;
    this.#held.set(order.id, order);
    this.#lookAfter(LOOK_MS_HELD);
  }

  /** Finds the orders of earlier visits and other tabs, and looks again for as long as they may change. */
  async look() {
    clearTimeout(this.#timer);
    const turn = (this.#turn += 1);
    const { orders, againMs } = await this.#ask();
    if (turn !== this.#turn) return;
    if (orders) this.#replace(orders);
    else this.#lookAfter(againMs);
  }

  #replace(orders) {
    const mine = orders.filter((order) => order.sku === this.sku && (order.sale ?? this.sale) === this.sale);
    this.#held = new Map(mine.filter(({ state }) => state in HELD).map((order) => [order.id, order]));
    if (mine.some(({ state }) => state === "pending")) this.#lookAfter(LOOK_MS_PENDING);
    else if (this.#held.size > 0) this.#lookAfter(LOOK_MS_HELD);
    this.onChange();
  }

  /** {orders}, none for whoever is not signed in; or {againMs} where there was no answer. */
  async #ask() {
    let hintMs = 0;
    try {
      const response = await fetch(at("/api/orders"), { cache: "no-store", signal: deadline(TIMEOUT_MS) });
      if (response.status === 401) return { orders: [] };
      hintMs = retryAfterMs(response);
      if (!response.ok) throw new Error(response.statusText);
      const { orders } = await response.json();
      this.#failures = 0;
      return { orders };
    } catch {
      this.#failures += 1;
      return { againMs: Math.max(hintMs, backoffMs(this.#failures, BACKOFF_MS_FIRST, BACKOFF_MS_MAX)) };
    }
  }

  #lookAfter(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.look(), jittered(ms));
  }
}
