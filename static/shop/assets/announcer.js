// Speaks to screen readers through a page's one polite live region.

/** How long a passing word must hold before it is spoken: an item at its last units changes each second. */
const STEADY_MS = 2_000;

export class Announcer {
  #timer = 0;

  constructor(root) {
    this.element = root.querySelector("[data-announcer]");
  }

  say(text) {
    clearTimeout(this.#timer);
    // The same text twice is no change, and no change is not read.
    this.element.textContent = this.element.textContent === text ? `${text}\u00a0` : text;
  }

  /** Says it unless something else is to be said within a moment. */
  sayWhenSteady(text) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.say(text), STEADY_MS);
  }
}
