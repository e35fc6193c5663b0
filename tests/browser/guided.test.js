/** A shopper at an edge that has none: led to the one that has some, with the same request. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectNoSidewaysScroll } from './lib/axe.js';
import { closePage, DESKTOP, LOOKS, openBrowser, openPage, PHONE, shoot } from './lib/browser.js';
import { Demo } from './lib/demo.js';
import { logIn, orderIs, stateOf } from './lib/shopper.js';

const LAMP = { sku: 'lamp', name: 'The Lamp', supply: 40, limit: 1 };
const SALE = { id: 'evening-light', startsIn: 0, lasts: 600, items: [LAMP] };
const [FULL, EMPTY] = [0, 1];
const ORDER = /\/orders\/[0-9a-f]{32}$/;

let demo;
let browser;
let bought = 0;

before(async () => {
  browser = await openBrowser();
  demo = await Demo.start(SALE, { POLICY: 'static', WEIGHTS: '1,0' });
});

after(async () => {
  await browser?.close();
  const report = await demo?.stop();
  assert.equal(report.balanced, true);
  assert.equal(report.skus[0].sold, bought);
});

for (const { name, options } of [{ name: 'phone', options: PHONE }, { name: 'desktop', options: { ...DESKTOP, colorScheme: 'dark' } }]) {
  test(`the page follows to where there are some, with the same key: ${name}`, async () => {
    const page = await openPage(browser, options);
    const asked = keysOf(page);
    await logIn(page, demo, EMPTY, `Gil of ${name}`, '/p/lamp');
    await stateOf(page, 'queueing');
    await page.getByTestId('buy').click();
    await page.locator('[data-message]', { hasText: 'enough for everyone' }).waitFor();
    await shoot(page, `guided-waiting-${name}`);
    await isBoughtAt(page, FULL);
    assert.ok(asked.length >= 3, `it waits before it goes: ${asked}`);
    assert.equal(new Set(asked).size, 1, `one key: ${asked}`);
    await page.goBack();
    await page.waitForURL((url) => !ORDER.test(url.pathname));
    await closePage(page);
  });
}

test('without JavaScript a form goes on at the other edge', async () => {
  const page = await openPage(browser, { ...DESKTOP, javaScriptEnabled: false });
  const asked = keysOf(page);
  await logIn(page, demo, EMPTY, 'Plain Jane', '/p/lamp');
  await page.getByTestId('buy').click();
  await page.waitForURL((url) => url.href.startsWith(demo.shop(FULL, '/p/lamp/order?')));
  await shoot(page, 'guided-arrived-without-javascript');
  await page.getByTestId('go-on').click();
  await isBoughtAt(page, FULL);
  assert.deepEqual(asked, ['form-lamp', 'form-lamp']);
  await closePage(page);
});

test('on another host the shopper signs in, and the purchase goes on', async () => {
  const page = await openPage(browser, PHONE);
  const asked = keysOf(page);
  const empty = demo.shop(EMPTY, '').replace('127.0.0.1', 'localhost');
  await page.goto(`${empty}/login?next=/p/lamp`);
  await signIn(page, 'Hanna');
  await page.waitForURL(`${empty}/p/lamp`);
  await stateOf(page, 'queueing');
  await page.getByTestId('buy').click();
  await page.waitForURL((url) => url.href.startsWith(demo.shop(FULL, '/login')));
  await page.getByText('sent to another of our shops').waitFor();
  await expectWell(page, 'guided-sign-in');
  await signIn(page, 'Hanna');
  await isBoughtAt(page, FULL);
  assert.equal(new Set(asked).size, 1, `one key: ${asked}`);
  await closePage(page);
});

for (const { name, options } of LOOKS) {
  test(`a link that no edge signed waits for the button, and axe finds nothing: ${name}`, async () => {
    const page = await openPage(browser, options);
    const asked = keysOf(page);
    await logIn(page, demo, FULL, 'Wary', '/p/lamp');
    await page.goto(demo.shop(FULL, '/p/lamp/order?units=1&key=of-a-stranger&from=edge-2&ticket=1.x'));
    await page.getByTestId('go-on').waitFor();
    await expectWell(page, `guided-unsigned-${name}`);
    assert.deepEqual(asked, []);
    await closePage(page);
  });

  test(`axe finds nothing on the page that leads away: ${name}`, async () => {
    const page = await openPage(browser, options);
    await logIn(page, demo, EMPTY, 'Slow Joe', '/p/lamp');
    // Without its refresh the page stays to be looked at.
    await page.route(demo.shop(EMPTY, '/p/lamp/order'), async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      const stays = text.replace(/<meta http-equiv="refresh" content="0; url=[^>]*>/, '');
      assert.notEqual(stays, text);
      await route.fulfill({ response, body: stays });
    });
    await page.locator('.buy-form').evaluate((form) => form.submit()); // As without the page's script.
    await page.getByTestId('elsewhere').waitFor();
    await expectWell(page, `guided-leaving-${name}`);
    await closePage(page);
  });
}

async function isBoughtAt(page, edge) {
  await page.waitForURL((url) => ORDER.test(url.pathname) && url.href.startsWith(demo.shop(edge)));
  await orderIs(page, 'reserved');
  bought += 1;
  await demo.ledger(`${bought} lamps are sold`, (sale) => sale.skus[0].sold === bought);
}

/** The keys of the purchases that a page asks for, as it asks. */
function keysOf(page) {
  const keys = [];
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !/\/orders?$/.test(request.url())) return;
    const form = request.headers()['idempotency-key'] ? null : new URLSearchParams(request.postData());
    keys.push(form ? form.get('key') ?? 'form-lamp' : request.headers()['idempotency-key']);
  });
  return keys;
}

async function signIn(page, name) {
  await page.getByTestId('login-name').fill(name);
  await page.getByTestId('login-submit').click();
}

async function expectWell(page, what) {
  await shoot(page, what);
  await expectAccessible(page, what);
  await expectNoSidewaysScroll(page, what);
}
