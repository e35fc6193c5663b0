// How long to wait for an answer, and before asking again.

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** `ms`, lengthened by up to `share` of itself, so that a crowd does not come back in step. */
export const jittered = (ms, share = 0.5) => ms * (1 + Math.random() * share);

/** `firstMs`, doubled with each failure after the first, up to `mostMs`. */
export const backoffMs = (failures, firstMs, mostMs) => Math.min(firstMs * 2 ** (failures - 1), mostMs);

/** Aborts a fetch after `ms`; browsers of before 2022 wait for as long as the connection does. */
export const deadline = (ms) => AbortSignal.timeout?.(ms);

/** How long the server asks us to wait: 0 where it does not say. */
export function retryAfterMs(response, body = null) {
  const ms = Number(body?.retry_after_ms ?? Number(response.headers.get("Retry-After")) * 1000);
  return ms > 0 && Number.isFinite(ms) ? ms : 0;
}
