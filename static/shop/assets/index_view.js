// A sale on the index: its countdown, and a word on each card.

import { Announcer } from "./announcer.js";
import { Countdown } from "./countdown.js";
import { readWindow, SaleWatch } from "./sale_watch.js";
import { Cards, SaleWords } from "./sale_words.js";
import { ServerClock } from "./server_clock.js";

const POLL_MS = 2_000;

export function showSale(root) {
  const clock = new ServerClock();
  const window = readWindow(root);
  const announcer = new Announcer(root);
  const words = new SaleWords(clock, window);
  const cards = new Cards(root, words);
  let before = phase(clock, window);

  const countdown = new Countdown(root, clock, window, {
    say: (text) => announcer.say(text),
    onTick() {
      cards.render();
      const now = phase(clock, window);
      if (before === "soon" && now === "open") announcer.say("The sale is open.");
      if (before === "open" && now === "over") announcer.say("The sale is over.");
      before = now;
    },
  });
  new SaleWatch(root.dataset.sale, clock, window, {
    everyMs: POLL_MS,
    onUpdate(items, sentMs) {
      items.forEach((item) => words.hear(item.sku, item.availability, sentMs));
      countdown.refresh();
    },
  });
}

function phase(clock, { startsAtMs, endsAtMs }) {
  if (!clock.known) return "unknown";
  const now = clock.now();
  if (now < startsAtMs) return "soon";
  return now < endsAtMs ? "open" : "over";
}
