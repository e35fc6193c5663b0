// A product page: what is known of the sale, of the shopper's orders and of the purchase that is out, put together.

import { shopperName } from "./account.js";
import { at } from "./address.js";
import { Announcer } from "./announcer.js";
import { Attempt } from "./attempt.js";
import { Countdown } from "./countdown.js";
import { HeldOrders } from "./held_orders.js";
import { ProductPanel } from "./product_panel.js";
import { readWindow, SaleWatch } from "./sale_watch.js";
import { Cards, SaleWords } from "./sale_words.js";
import { ServerClock } from "./server_clock.js";
import { reportView } from "./view_report.js";
import { chanceNote, CLOSED, ELSEWHERE, refusalNote, SPOKEN, WAITING } from "./words.js";

const POLL_MS = 1_000;
/** The refusals that are also the item's word. */
const REFUSAL_WORDS = ["not-started", "sold-out", "over"];
/** Words that come and go while the last units are sold. */
const PASSING = ["available", "few-left", "queueing"];

export class ProductView {
  #waiting = null; // Why a request is still out, a key of WAITING; null when none is.
  #buyingMore = false;
  #note = "";
  #unsaid = ""; // What the next rendering announces beside a change of state.
  #announced; // The state that was announced last.
  #waitsAnnounced = new Set();

  constructor(root) {
    const { sale, sku } = root.dataset;
    const window = readWindow(root);
    const clock = new ServerClock();
    Object.assign(this, { sku, limit: Number(root.dataset.limit) });
    this.panel = new ProductPanel(root);
    this.announcer = new Announcer(root);
    this.words = new SaleWords(clock, window);
    this.words.hear(sku, this.panel.writtenWord, -Infinity);
    this.#announced = this.panel.writtenWord;
    this.cards = new Cards(root, this.words);
    this.attempt = new Attempt(sale, sku);
    this.orders = new HeldOrders(sale, sku, { onChange: () => this.#render() });
    this.panel.onBuy(() => this.#buyOnClick());
    this.panel.onBuyMore(() => this.#buyMore());

    const countdown = new Countdown(root, clock, window, {
      onTick: () => this.#render(),
      say: (text) => this.announcer.say(text),
    });
    const onUpdate = (items, sentMs) => {
      items.forEach((item) => this.words.hear(item.sku, item.availability, sentMs));
      countdown.refresh();
    };
    if (this.panel.writtenWord === "not-started") reportView(sale, sku);
    new SaleWatch(sale, clock, window, { everyMs: POLL_MS, onUpdate });
    addEventListener("pageshow", (event) => event.persisted && this.#findOrders());
    this.#resume();
  }

  /** A reload loses neither a request that was out nor an order that is held. */
  async #resume() {
    this.panel.units = this.attempt.units;
    if (this.attempt.isOut) await this.#buy();
    this.#findOrders();
  }

  #findOrders() {
    if (shopperName()) this.orders.look();
  }

  #buyOnClick() {
    this.attempt.begin(this.panel.units);
    this.#buy();
  }

  #buyMore() {
    this.#buyingMore = true;
    this.#note = "";
    this.#render();
  }

  async #buy() {
    this.#waitsAnnounced.clear();
    this.#wait("asking");
    const outcome = await this.attempt.settle((reason, chancePercent) => this.#wait(reason, chancePercent));
    if (outcome.reserved || outcome.final) this.attempt.end();
    else this.attempt.pause();
    if (outcome.reserved) this.orders.add(outcome.reserved);
    this.#note = outcome.reserved ? "" : await this.#refused(outcome);
    if (outcome.reserved || outcome.refused === "limit-reached") this.#buyingMore = false;
    this.#unsaid = this.#note;
    this.#waiting = null;
    this.#render();
  }

  async #refused({ refused, detail, elsewhere }) {
    if (elsewhere) {
      location.assign(elsewhere.page); // Which carries the key. Whoever comes back finds the button, and repeats it.
      return ELSEWHERE;
    }
    if (refused === "login-required") {
      location.assign(at(`/login?next=${encodeURIComponent(`/p/${this.sku}`)}`));
      return "";
    }
    if (REFUSAL_WORDS.includes(refused)) this.words.hear(this.sku, refused, performance.now());
    if (refused === "limit-reached") await this.orders.look();
    return refusalNote(refused, detail);
  }

  #wait(reason, chancePercent) {
    this.#waiting = reason;
    this.#note = [WAITING[reason].note, chanceNote(chancePercent)].filter(Boolean).join(" ");
    this.#unsaid = this.#waitsAnnounced.has(reason) ? "" : this.#note;
    this.#waitsAnnounced.add(reason);
    this.#render();
  }

  #state() {
    if (this.#waiting === "queueing" || this.#waiting === "pending") return "queueing";
    const has = this.orders.latest && !this.#buyingMore && !this.#waiting;
    return has ? "you-have-it" : this.words.now(this.sku);
  }

  #render() {
    const state = this.#state();
    this.#announce(state);
    const mayBuyMore = !(this.words.now(this.sku) in CLOSED) && this.orders.units < this.limit;
    this.panel.render({ state, waiting: this.#waiting, note: this.#note, order: this.orders.latest, mayBuyMore });
    this.cards.render();
  }

  /** Polite: a refusal and the word that follows it are one announcement, and words that come and go must hold first. */
  #announce(state) {
    const note = this.#unsaid;
    this.#unsaid = "";
    const before = this.#announced;
    if (this.#waiting || state === before) {
      if (note) this.announcer.say(note);
      return;
    }
    this.#announced = state;
    const opened = before === "not-started" && state !== "over" ? "The sale is open." : "";
    const text = [opened, SPOKEN[state], note].filter(Boolean).join(" ");
    if (PASSING.includes(before) && PASSING.includes(state) && !note) {
      this.announcer.sayWhenSteady(text);
      return;
    }
    this.#note = note; // What was said of the state before is no longer so.
    if (text) this.announcer.say(text);
  }
}
