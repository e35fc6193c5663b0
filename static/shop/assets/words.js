// What a shopper reads and hears for each word of the server. Never decides which word holds.

/** On a pill; parts.html has the same. */
export const LABELS = {
  "not-started": "Not started",
  available: "Available",
  "few-left": "Few left",
  queueing: "Queueing",
  "sold-out": "Sold out",
  "you-have-it": "You have it",
  over: "Over",
};

/** On the button, where there is nothing to buy; product.html has the same. */
export const CLOSED = { "not-started": "Not open yet", "sold-out": "Sold out", over: "Sale over" };

/** Below the pill; product.html has the same. */
export const MESSAGES = {
  queueing: "None can be sold at this moment, but more may come. Your request may wait in line.",
  "sold-out": "Every unit has been sold.",
  over: "This sale has ended.",
};

/** Below the pill, for the states of an order that is the shopper's. */
export const HELD = {
  reserved: "It is set aside for you.",
  paid: "It is paid for.",
  fulfilled: "It is on its way to you.",
};

/** To a screen reader, when the word changes. */
export const SPOKEN = {
  available: "Available now.",
  "few-left": "Only a few are left.",
  queueing: "Queueing.",
  "sold-out": "Sold out.",
  "you-have-it": "You have it.",
  over: "The sale is over.",
};

/** While a request is out: the button, and why it takes so long. */
export const WAITING = {
  asking: { button: "Asking…", note: "" },
  queueing: { button: "In line…", note: "You are in line. We keep asking for you, so stay on this page." },
  pending: { button: "Confirming…", note: "Your order is placed and is being confirmed." },
  busy: { button: "Asking…", note: "Very many shoppers are asking at once. We keep asking for you." },
  failed: { button: "Asking…", note: "No answer yet. We keep asking, and it never buys twice." },
};

/** While the page leads to another edge that has it. */
export const ELSEWHERE = "Another of our shops has it. You are being taken there with the same request: it never buys twice.";

/** Where fewer are left than are wanted; the edge's answers without scripts have the same. */
export function fewLeftNote(left) {
  return `Only ${left} ${left === 1 ? "is" : "are"} left: ask for fewer. More may come back.`;
}

/** A chance in percent as people tell it, or ""; the edge's answers without scripts have the same. */
export function chanceNote(percent) {
  if (!Number.isFinite(percent)) return "";
  if (percent < 1) return "Hardly any of those who wait now can still get one.";
  if (percent < 5) return `About ${Math.floor(percent)} in 100 who wait now can still get one.`;
  if (percent < 95) return `About ${Math.floor((percent + 5) / 10)} in 10 who wait now can still get one.`;
  if (percent < 100) return "Nearly everyone who waits now can still get one.";
  return "There should be enough for everyone who waits now.";
}

/** After a refusal. Where the pill says it all, there is no note. */
const REFUSED = {
  "not-started": "The sale had not opened yet. Try again in a moment.",
  "sold-out": "",
  over: "",
  "limit-reached": "You already have as many as one shopper may buy. They are under My orders.",
  "key-reused": "That request had been used already. Please try again.",
  cancelled: "Your order was cancelled, and nothing was charged.",
  expired: "Your order was not paid in time, and its units went back on sale.",
};

export function refusalNote(refused, detail) {
  return REFUSED[refused] ?? (detail || "That did not work. Please try again.");
}
