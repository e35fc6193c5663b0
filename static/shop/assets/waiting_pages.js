// The pages that only wait: an order without a verdict, the answer to a form post that has to be asked again, and a
// purchase that goes on here after another edge.

import { at } from "./address.js";
import { backoffMs, deadline, jittered, retryAfterMs, sleep } from "./retry.js";

const TIMEOUT_MS = 5_000;
const LOOK_MS = 1_000;
const BACKOFF_MS_MAX = 30_000;
const RESUBMIT_S = 2;

/** Looks until the order has its verdict, and shows the page anew. */
export async function awaitVerdict(root) {
  const address = at(`/api/orders/${encodeURIComponent(root.dataset.order)}`);
  for (let failures = 0, hintMs = 0; ; ) {
    await sleep(jittered(Math.max(hintMs, failures ? backoffMs(failures, LOOK_MS, BACKOFF_MS_MAX) : LOOK_MS)));
    try {
      const response = await fetch(address, { cache: "no-store", signal: deadline(TIMEOUT_MS) });
      if (response.status === 401) return location.reload(); // Which leads to the log-in.
      hintMs = retryAfterMs(response);
      if (!response.ok) throw new Error(response.statusText);
      const { state } = await response.json();
      if (state !== "pending") return location.reload();
      failures = 0;
    } catch {
      failures += 1;
    }
  }
}

/** Goes on at once with a purchase that another edge sent here and signed for. Whoever comes back decides anew. */
export function goOn(form) {
  const [visit] = performance.getEntriesByType("navigation");
  if (visit?.type !== "back_forward") form.submit();
}

/** Asks again by itself, with the key that the form carries. */
export function resubmitLater(form) {
  form.querySelector("[data-resubmit-note]").textContent = "This page asks again by itself. It never buys twice.";
  const seconds = Number(form.dataset.retryAfterS) || RESUBMIT_S;
  const timer = setTimeout(() => form.submit(), jittered(seconds * 1000));
  form.addEventListener("submit", () => clearTimeout(timer));
}
