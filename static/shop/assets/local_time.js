// Times come in UTC; shows them as the shopper's own wall clock has them.

/** Leaves the date out where it is today. */
export function localiseTime(element) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const time = { hour: "numeric", minute: "2-digit", ...(at.getSeconds() && { second: "2-digit" }) };
  const today = at.toDateString() === new Date().toDateString();
  element.textContent = at.toLocaleString([], today ? time : { day: "numeric", month: "short", year: "numeric", ...time });
}
