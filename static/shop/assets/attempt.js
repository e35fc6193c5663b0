// One purchase from the click to its outcome, under one idempotency key.

import { shopperName } from "./account.js";
import { at } from "./address.js";
import { backoffMs, deadline, jittered, retryAfterMs, sleep } from "./retry.js";
import { fewLeftNote, HELD } from "./words.js";

const TIMEOUT_MS = 15_000;
const WAIT_MS_MIN = 250;
const BACKOFF_MS_FIRST = 500;
const BACKOFF_MS_MAX = 8_000;

/** One click's key, kept through reloads until its outcome is known: repeating it can never buy twice. */
export class Attempt {
  #kept = null;

  constructor(sale, sku) {
    Object.assign(this, { sale, sku, name: `doorbuster:attempt:${sale}:${sku}` });
    try {
      this.#kept = JSON.parse(sessionStorage.getItem(this.name));
    } catch { /* No storage: the key lives as long as the page. */ }
  }

  /** Whether a request is out whose outcome is unknown. */
  get isOut() {
    return Boolean(this.#kept?.asking) && this.#isMine();
  }

  /** The units of the purchase that has no outcome yet, if there is one. */
  get units() {
    return this.#kept?.units;
  }

  /** A click. It repeats the key of a purchase that came to no outcome; any other is a purchase of its own. */
  begin(units) {
    const repeats = this.#kept?.units === units && this.#isMine();
    this.#keep({ key: repeats ? this.#kept.key : newKey(), units, shopper: shopperName(), asking: true });
  }

  /** There is no outcome yet, and the shopper has to do something before asking again. */
  pause() {
    this.#keep({ ...this.#kept, asking: false });
  }

  /** The outcome is known: the next click is a new purchase. */
  end() {
    this.#keep(null);
  }

  /**
   * Asks until there is an answer: {reserved: order}, {refused: word, detail, final}, or {elsewhere: {page}} where another edge
   * has it and waiting here was in vain. Reports each wait to `onWaiting`, with the chance in percent where it is known.
   */
  async settle(onWaiting) {
    for (let failures = 0, waits = 0; ; waits += 1) {
      // No answer is no outcome: the unit may be taken already. The same key finds out.
      const reply = await this.#ask().catch(() => ({ waiting: "failed", hintMs: 0 }));
      if (reply.elsewhere && (waits > 0 || !reply.waiting)) return { elsewhere: reply.elsewhere };
      if (!reply.waiting) return reply;
      failures = reply.waiting === "failed" || reply.waiting === "busy" ? failures + 1 : 0;
      onWaiting(reply.waiting, reply.chancePercent);
      const leastMs = failures ? backoffMs(failures, BACKOFF_MS_FIRST, BACKOFF_MS_MAX) : WAIT_MS_MIN;
      await sleep(jittered(Math.max(reply.hintMs, leastMs)));
    }
  }

  async #ask() {
    const response = await fetch(at(`/api/sales/${this.sale}/orders`), {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": this.#kept.key },
      body: JSON.stringify({ sku: this.sku, units: this.#kept.units }),
      signal: deadline(TIMEOUT_MS),
    });
    const body = await response.json().catch(() => null);
    return readReply(response, body, retryAfterMs(response, body));
  }

  /** Another shopper may have signed in since; whoever was not signed in may have done so. */
  #isMine() {
    return !shopperName() || !this.#kept.shopper || this.#kept.shopper === shopperName();
  }

  #keep(kept) {
    this.#kept = kept;
    try {
      if (kept) sessionStorage.setItem(this.name, JSON.stringify(kept));
      else sessionStorage.removeItem(this.name);
    } catch { /* As above. */ }
  }
}

function readReply({ ok, status }, body, hintMs) {
  const order = body?.order;
  const elsewhere = body?.elsewhere;
  if (status === 202 && body?.status === "pending") return { waiting: "pending", hintMs };
  // Nobody waits for more than is left: the shopper chooses.
  if (status === 202 && body?.left) return { refused: "too-few-left", detail: fewLeftNote(body.left), final: true };
  if (status === 202) return { waiting: "queueing", hintMs, elsewhere, chancePercent: body?.chance_percent };
  if (ok && order?.state === "pending") return { waiting: "pending", hintMs };
  if (ok && order?.state) return order.state in HELD ? { reserved: order } : { refused: order.state, final: true };
  if (status === 429 || status === 503) return { waiting: "busy", hintMs, elsewhere };
  if (ok || status === 408 || status >= 500) return { waiting: "failed", hintMs };
  // A refusal that is none of the shop's problems came from something in between: what the shop thinks is unknown.
  const problem = String(body?.type ?? "").split(/[/:#]/).pop();
  return { refused: problem || "unclear", detail: body?.detail, final: problem !== "" && problem !== "login-required", elsewhere };
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Only secure contexts have it, and a shop on a bare address is none.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return Array.from(bytes, (byte, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}
