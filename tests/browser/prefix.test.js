/** Edges that share one host, each below a prefix that the proxy before them takes off: shoppers never leave the prefixes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectNoSidewaysScroll } from './lib/axe.js';
import { closePage, DESKTOP, openBrowser, openPage, PHONE, shoot } from './lib/browser.js';
import { Demo } from './lib/demo.js';
import { Front } from './lib/front.js';
import { logIn, orderIs, stateOf } from './lib/shopper.js';

const LAMP = { sku: 'lamp', name: 'The Lamp', supply: 40, limit: 1 };
const SALE = { id: 'evening-light', startsIn: 0, lasts: 600, items: [LAMP, { ...LAMP, sku: 'mug', name: 'The Mug' }] };
const [FULL, EMPTY, OTHER_EMPTY] = [0, 1, 2];
const SCREENS = [{ name: 'phone', options: PHONE }, { name: 'desktop', options: DESKTOP }];

let front;
let demo;
let browser;

before(async () => {
  browser = await openBrowser();
  front = await Front.open();
  const SHOPS = [FULL, EMPTY, OTHER_EMPTY].map((edge) => front.shop(edge)).join(',');
  demo = await Demo.start(SALE, { EDGES: '3', POLICY: 'static', WEIGHTS: '1,0,0', SHOPS });
  front.stand(demo.addresses.edges.map((edge) => edge.shop));
});

after(async () => {
  await browser?.close();
  front?.close();
  await demo?.stop();
  assert.deepEqual(front.strays, []);
  assert.deepEqual(front.missing, []);
});

for (const { name, options } of SCREENS) {
  test(`a shopper signs in, is guided to another prefix without signing in again, and sees the order: ${name}`, async () => {
    const page = await openPage(browser, options);
    await page.goto(front.shop(EMPTY));
    await isAt(page, EMPTY, '/');
    await follow(page, LAMP.name);
    await isAt(page, EMPTY, '/p/lamp');
    await looksRight(page, `prefix-product-${name}`);
    await follow(page, 'Sign in');
    await signIn(page, `Phil of ${name}`);
    await isAt(page, EMPTY, '/p/lamp');
    await stateOf(page, 'queueing');
    await page.getByTestId('buy').click();
    await isBought(page);
    await looksRight(page, `prefix-order-${name}`);

    await page.locator('.crumbs a').click();
    await isAt(page, FULL, '/orders');
    await looksRight(page, `prefix-orders-${name}`);
    await follow(page, LAMP.name);
    await isBought(page);
    await follow(page, LAMP.name);
    await isAt(page, FULL, '/p/lamp');
    await stateOf(page, 'you-have-it');
    await page.getByTestId('order-link').click();
    await isBought(page);
    await follow(page, 'My orders');
    await isAt(page, FULL, '/orders');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await isAt(page, FULL, '/');
    await closePage(page);
  });

  test(`an error page has its styles, however deep it is, and leads back: ${name}`, async () => {
    const page = await openPage(browser, options);
    for (const path of ['/nothing', '/p/nothing', '/p/lamp/', '/no/such/page/at/all/']) {
      const answer = await page.goto(front.shop(FULL, path));
      assert.equal(answer.status(), 404);
      await looksRight(page, `prefix-error-${name}`);
    }
    await follow(page, 'See the sale');
    await isAt(page, FULL, '/');
    await closePage(page);
  });
}

test('without JavaScript a form follows from prefix to prefix', async () => {
  const page = await openPage(browser, { ...DESKTOP, javaScriptEnabled: false });
  await page.goto(front.shop(OTHER_EMPTY, '/orders'));
  await isAt(page, OTHER_EMPTY, '/login?next=/orders');
  await signIn(page, ' ');
  await page.getByRole('alert').waitFor();
  await signIn(page, 'Plain Phyllis');
  await isAt(page, OTHER_EMPTY, '/orders');
  await follow(page, 'See the sale');
  await follow(page, LAMP.name);
  await page.getByTestId('buy').click();
  await page.waitForURL((url) => url.href.startsWith(front.shop(FULL, '/p/lamp/order?')));
  await looksRight(page, 'prefix-guided-without-javascript');
  await page.getByTestId('go-on').click();
  await isBought(page);
  await page.goto(front.shop(FULL, '/p/lamp'));
  await page.getByTestId('buy').click();
  await isBought(page);
  await closePage(page);
});

test('whoever is not signed in signs in first, and then buys', async () => {
  const page = await openPage(browser, PHONE);
  await page.goto(front.shop(FULL, '/p/mug'));
  await stateOf(page, 'available');
  await page.getByTestId('buy').click();
  await isAt(page, FULL, '/login?next=%2Fp%2Fmug');
  await signIn(page, 'Late Lou');
  await isAt(page, FULL, '/p/mug');
  await page.getByTestId('buy').click();
  await page.getByTestId('order-link').click();
  await isBought(page);
  await closePage(page);
});

test('a log-in leads to no path beyond the prefix', async () => {
  const page = await openPage(browser, DESKTOP);
  for (const next of ['/../e2/orders', '/%2e%2e/e2/orders', '//127.0.0.1:1/']) {
    await page.goto(front.shop(FULL, `/login?next=${encodeURIComponent(next)}`));
    await signIn(page, 'Wary');
    await isAt(page, FULL, '/');
  }
  await logIn(page, front, FULL, 'Wary', '/orders');
  await closePage(page);
});

const isAt = (page, edge, path) => page.waitForURL((url) => url.href === front.shop(edge, path));

async function isBought(page) {
  await page.waitForURL((url) => url.href.startsWith(front.shop(FULL, '/orders/')));
  await orderIs(page, 'reserved');
}

async function follow(page, name) {
  await page.getByRole('link', { name, exact: true }).first().click();
}

async function signIn(page, name) {
  await page.getByTestId('login-name').fill(name);
  await page.getByTestId('login-submit').click();
}

/** The styles and the pictures have come. */
async function looksRight(page, what) {
  await page.waitForLoadState('load');
  const [rules, pictures] = await page.evaluate(() => {
    const eager = Array.from(document.images).filter((image) => image.loading !== 'lazy');
    return [document.styleSheets[0]?.cssRules.length ?? 0, eager.map((image) => image.naturalWidth)];
  });
  assert.ok(rules > 50, `${what}: ${rules} rules`);
  assert.ok(pictures.length > 0 && pictures.every((width) => width > 0), `${what}: ${pictures}`);
  await expectNoSidewaysScroll(page, what);
  await shoot(page, what);
}
