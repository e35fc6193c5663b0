// Which word holds for each item of a sale. The server says; its clock is used only where its last word is older than
// the start or the end.

import { LABELS } from "./words.js";

export class SaleWords {
  #heard = new Map();

  constructor(clock, window) {
    Object.assign(this, { clock, window });
  }

  /** Takes a word in that was true at `sinceMs` (of `performance.now()`) or later; one that is older than the last is dropped. */
  hear(sku, word, sinceMs) {
    if (sinceMs >= (this.#heard.get(sku)?.sinceMs ?? -Infinity)) this.#heard.set(sku, { word, sinceMs });
  }

  now(sku) {
    const { word, sinceMs } = this.#heard.get(sku);
    if (!this.clock.known) return word;
    const now = this.clock.now();
    const since = this.clock.at(sinceMs);
    const passed = (ms) => since < ms && now >= ms;
    if (passed(this.window.endsAtMs)) return "over";
    return word === "not-started" && passed(this.window.startsAtMs) ? "available" : word;
  }
}

/** The pills of a page's item cards. */
export class Cards {
  constructor(root, words) {
    this.words = words;
    const cards = Array.from(root.querySelectorAll("[data-item]"));
    this.pills = new Map(cards.map((card) => [card.dataset.item, card.querySelector(".pill")]));
    this.pills.forEach((pill, sku) => words.hear(sku, pill.dataset.state, -Infinity));
  }

  render() {
    this.pills.forEach((pill, sku) => showPill(pill, this.words.now(sku)));
  }
}

export function showPill(pill, word) {
  if (pill.dataset.state === word) return;
  pill.dataset.state = word;
  pill.textContent = LABELS[word] ?? word;
}
