// Who is signed in, as far as a page may know: the cookie with the name. The token is out of reach of scripts.

import { at } from "./address.js";

const COOKIE = "doorbuster_name=";

/** The name of the shopper who is signed in, or "". */
export function shopperName() {
  const pair = document.cookie.split("; ").find((text) => text.startsWith(COOKIE));
  try {
    return decodeURIComponent(pair?.slice(COOKIE.length) ?? "");
  } catch {
    return "";
  }
}

/** Product pages are the same for all shoppers, so the name in the header is filled in here. */
export function showAccount(nav) {
  const name = shopperName();
  if (!name || !nav.querySelector("[data-sign-in]")) return;
  const text = Object.assign(document.createElement("span"), { className: "account-name" });
  const prefix = Object.assign(document.createElement("span"), { className: "account-prefix", textContent: "Signed in as " });
  text.append(prefix, Object.assign(document.createElement("strong"), { textContent: name }));
  nav.replaceChildren(text, Object.assign(document.createElement("a"), { href: at("/orders"), textContent: "My orders" }));
}
