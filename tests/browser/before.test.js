/** The pages before the doors open: index, product, log-in. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectNoSidewaysScroll } from './lib/axe.js';
import { closePage, LOOKS, openBrowser, openPage, PHONE, shoot } from './lib/browser.js';
import { Demo } from './lib/demo.js';
import { logIn, stateOf } from './lib/shopper.js';

const ITEMS = ['lamp', 'mug', 'kettle'].map((sku) => ({ sku, name: `The ${sku}`, supply: 50, limit: 1 }));
const SALE = { id: 'evening-light', startsIn: 3_600, lasts: 600, items: ITEMS };

let demo;
let browser;

before(async () => {
  browser = await openBrowser();
  demo = await Demo.start(SALE);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

for (const { name, options } of LOOKS) {
  test(`axe finds nothing before the start: ${name}`, async () => {
    const page = await openPage(browser, options);
    await page.goto(demo.shop(0, '/'));
    await page.getByTestId('countdown').first().waitFor();
    assert.equal(await page.getByTestId('item-card').count(), ITEMS.length);
    await expectWell(page, `index-${name}`);
    await page.goto(demo.shop(0, '/p/lamp'));
    await stateOf(page, 'not-started');
    await expectWell(page, `product-not-started-${name}`);
    await page.goto(demo.shop(0, '/login'));
    await expectWell(page, `login-${name}`);
    await logIn(page, demo, 0, 'Early Bird', '/orders');
    await expectWell(page, `no-orders-${name}`);
    await closePage(page);
  });
}

test('a page says that it is looked at, once', async () => {
  const views = async (sku) => {
    const text = await (await fetch(`${demo.addresses.edges[0].admin}/metrics`)).text();
    return Number(text.match(new RegExp(`^doorbuster_page_views_total{.*sku="${sku}"} (\\d+)$`, 'm'))?.[1] ?? 0);
  };
  const before = await views('kettle');
  const page = await openPage(browser, PHONE);
  const counted = page.waitForResponse((response) => response.url().endsWith('/views'));
  await page.goto(demo.shop(0, '/p/kettle'));
  assert.equal((await counted).status(), 204);
  await page.getByTestId('countdown').waitFor();
  assert.equal(await views('kettle'), before + 1);
  await closePage(page);
});

test('a name that cannot be is refused on the page', async () => {
  const page = await openPage(browser, { ...PHONE, javaScriptEnabled: false });
  await page.goto(demo.shop(0, '/login'));
  await page.getByTestId('login-name').fill('  ');
  await page.getByTestId('login-submit').click();
  await page.getByTestId('login-name').waitFor();
  assert.match(page.url(), /\/login/);
  await closePage(page);
});

async function expectWell(page, what) {
  await shoot(page, what);
  await expectAccessible(page, what);
  await expectNoSidewaysScroll(page, what);
}
