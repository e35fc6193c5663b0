// The countdown to the start of a sale, and then to its end.

const MARKS = [
  { atMs: 10_000, text: "Ten seconds until the sale opens." },
  { atMs: 60_000, text: "One minute until the sale opens." },
];
/** A mark that was passed longer ago than this is not announced: the machine slept, or the clock was corrected. */
const MARK_LATE_MS_MAX = 3_000;

/** Ticks each second until the sale ends. Hidden until the server's clock is known. */
export class Countdown {
  #timer = 0;
  #toStartBefore = -Infinity;

  constructor(root, clock, window, { onTick, say }) {
    Object.assign(this, { element: root.querySelector(".countdown"), clock, window, onTick, say });
    this.refresh();
  }

  /** Ticks now, and from here on in step with the clock as it is. */
  refresh() {
    clearTimeout(this.#timer);
    if (this.clock.known) this.#tick();
    this.onTick();
  }

  #tick() {
    const now = this.clock.now();
    const toStart = this.window.startsAtMs - now;
    const toEnd = this.window.endsAtMs - now;
    if (toStart > 0) this.#show("Opens in", spanText(toStart));
    else if (toEnd > 0) this.#show("Ends in", spanText(toEnd));
    else this.#show("The sale has ended", "");
    this.#announce(toStart);

    const next = toStart > 0 ? toStart : toEnd;
    if (next > 0) this.#timer = setTimeout(() => this.refresh(), (next % 1000) + 2);
  }

  #show(label, value) {
    if (!this.element) return;
    this.element.querySelector(".countdown-label").textContent = label;
    this.element.querySelector(".countdown-value").textContent = value;
    this.element.hidden = false;
  }

  #announce(toStart) {
    const passed = MARKS.find(({ atMs }) => this.#toStartBefore > atMs && toStart <= atMs);
    this.#toStartBefore = toStart;
    if (passed && toStart > passed.atMs - MARK_LATE_MS_MAX) this.say(passed.text);
  }
}

function spanText(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const clock = `${two(minutes)}:${two(seconds % 60)}`;
  if (days > 0) return `${days} d ${two(hours)}:${clock}`;
  return hours > 0 ? `${two(hours)}:${clock}` : clock;
}
