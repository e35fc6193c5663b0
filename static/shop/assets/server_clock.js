// The server's clock as this page knows it. Never asks the server itself.

const SAMPLES_MAX = 8;
const SLACK_MS = 20;

/** The server's clock, carried on by the monotonic one between samples. */
export class ServerClock {
  #samples = [];
  #offsetMs = Date.now() - performance.now();

  /** Whether the server has been heard; before that, `now` is the shopper's own clock, which may be hours off. */
  get known() {
    return this.#samples.length > 0;
  }

  now() {
    return this.at(performance.now());
  }

  /** The server's time at a moment of `performance.now()`. */
  at(monotonicMs) {
    return monotonicMs + this.#offsetMs;
  }

  /** Takes one answer in: its clock was read somewhere between sending and receiving. */
  sample(sentMs, receivedMs, serverNowMs) {
    const errorMs = (receivedMs - sentMs) / 2;
    const offsetMs = serverNowMs + errorMs - receivedMs;
    // A sample that contradicts this one was taken before the machine slept, or before a clock was set.
    const agrees = (other) => Math.abs(other.offsetMs - offsetMs) <= other.errorMs + errorMs + SLACK_MS;
    this.#samples = this.#samples.filter(agrees).slice(1 - SAMPLES_MAX);
    this.#samples.push({ errorMs, offsetMs });
    this.#offsetMs = this.#samples.reduce((best, other) => (other.errorMs < best.errorMs ? other : best)).offsetMs;
  }
}
