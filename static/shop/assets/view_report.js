// Says that an item's page is looked at before its sale starts: the page itself may have come out of a cache.

import { at } from "./address.js";

/** Once a page. Nobody waits for the answer, and where there is none nothing is lost but a number. */
export function reportView(sale, sku) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ sku });
  fetch(at(`/api/sales/${sale}/views`), { method: "POST", headers, body, keepalive: true }).catch(() => {});
}
