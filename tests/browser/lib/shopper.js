/** What a shopper does on the pages, by the hooks that the templates promise. */

/** `fleet`: whoever knows each edge's address. */
export async function logIn(page, fleet, edge, name, next = '/') {
  await page.goto(fleet.shop(edge, `/login?next=${encodeURIComponent(next)}`));
  await page.getByTestId('login-name').fill(name);
  await page.getByTestId('login-submit').click();
  await page.waitForURL((url) => url.href === fleet.shop(edge, next));
}

/** Waits until the page shows one of these words; gives it. */
export async function stateOf(page, ...words) {
  const wanted = words.map((word) => `[data-testid=state][data-state="${word}"]`).join(', ');
  const pill = page.locator(wanted);
  await pill.waitFor();
  return pill.getAttribute('data-state');
}

/** Clicks "buy", and follows the link to the order. */
export async function buy(page) {
  await page.getByTestId('buy').click();
  await page.getByTestId('order-link').click();
  await page.waitForURL(/\/orders\/[0-9a-f]{32}$/);
}

/** Waits until the order page shows this state. */
export async function orderIs(page, state) {
  await page.locator(`[data-testid=order-state][data-state="${state}"]`).waitFor();
}
