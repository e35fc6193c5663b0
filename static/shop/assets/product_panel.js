// The part of a product page that one buys with: pill, message, form, and what follows a purchase. Never asks the server.

import { at } from "./address.js";
import { showPill } from "./sale_words.js";
import { CLOSED, HELD, MESSAGES, WAITING } from "./words.js";

export class ProductPanel {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    Object.assign(this, {
      pill: find("[data-testid=state]"),
      form: find(".buy-form"),
      button: find("[data-testid=buy]"),
      message: find("[data-message]"),
      done: find("[data-done]"),
      link: find("[data-testid=order-link]"),
      again: find("[data-again]"),
    });
    this.choice = this.form.elements.units;
  }

  /** The word that the page was written with. */
  get writtenWord() {
    return this.pill.dataset.state;
  }

  get units() {
    return Number(this.choice.value);
  }

  set units(units) {
    const offered = Array.from(this.choice.options ?? [], (option) => option.value);
    if (offered.includes(String(units))) this.choice.value = String(units);
  }

  onBuy(buy) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.button.disabled) buy();
    });
  }

  onBuyMore(buyMore) {
    this.again.addEventListener("click", () => {
      buyMore();
      this.button.focus();
    });
  }

  /** `state`: the pill's word; `waiting`: why a request is still out, or null; `order`: the latest that is held, or null. */
  render({ state, waiting, note, order, mayBuyMore }) {
    showPill(this.pill, state);
    this.#renderForm(state, waiting);

    const has = state === "you-have-it";
    this.form.hidden = has;
    this.done.hidden = !has;
    this.again.hidden = !has || !mayBuyMore;
    if (has) this.link.href = at(`/orders/${encodeURIComponent(order.id)}`);

    setText(this.message, note || (has ? HELD[order.state] : MESSAGES[state]) || "");
    this.message.hidden = this.message.textContent === "";
  }

  #renderForm(state, waiting) {
    this.button.disabled = state in CLOSED || waiting !== null;
    if (waiting) this.button.setAttribute("aria-busy", "true");
    else this.button.removeAttribute("aria-busy");
    setText(this.button, waiting ? WAITING[waiting].button : CLOSED[state] ?? "Buy now");
    if (this.choice.options) this.choice.disabled = this.button.disabled;
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
