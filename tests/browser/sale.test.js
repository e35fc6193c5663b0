/** A sale from the countdown to the end, as phones, desktops and a browser without JavaScript see it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectNoSidewaysScroll } from './lib/axe.js';
import { closePage, DESKTOP, LOOKS, openBrowser, openPage, PHONE, shoot } from './lib/browser.js';
import { Demo } from './lib/demo.js';
import { buy, logIn, orderIs, stateOf } from './lib/shopper.js';

const LAMP = { sku: 'lamp', name: 'The Lamp', supply: 2, limit: 1 };
const MUG = { sku: 'mug', name: 'The Mug', supply: 400, limit: 2 };
const BELL = { sku: 'bell', name: 'The Bell', supply: 1, limit: 2 };
const SALE = { id: 'evening-light', startsIn: 7, lasts: 600, items: [LAMP, MUG, BELL] };

let demo;
let browser;

before(async () => {
  browser = await openBrowser();
  demo = await Demo.start(SALE);
});

after(async () => {
  await browser?.close();
  const report = await demo?.stop();
  assert.equal(report.balanced, true);
  const sold = Object.fromEntries(report.skus.map((row) => [row.sku, row.sold]));
  assert.deepEqual(sold, { lamp: 2, mug: 3, bell: 1 });
});

test('a phone and a desktop watch the countdown end, buy, and see their orders', async () => {
  const shoppers = [
    { page: await openPage(browser, PHONE), name: 'Phoebe', edge: 1, look: 'phone' },
    { page: await openPage(browser, { ...DESKTOP, colorScheme: 'dark' }), name: 'Desmond', edge: 0, look: 'desktop' },
  ];
  await Promise.all(shoppers.map(watchAndBuy));
  await demo.ledger('both lamps are sold', (sale) => sale.skus[0].sold === 2);
});

async function watchAndBuy({ page, name, edge, look }) {
  await logIn(page, demo, edge, name, '/p/lamp');
  assert.equal(await stateOf(page, 'not-started'), 'not-started');
  await page.getByTestId('countdown').waitFor();
  assert.equal(await page.getByTestId('buy').isDisabled(), true);
  await shoot(page, `countdown-${look}`);

  await stateOf(page, 'available', 'few-left', 'queueing');
  await shoot(page, `open-${look}`);
  await page.getByTestId('buy').click();
  await stateOf(page, 'you-have-it');
  await expectAccessible(page, `${look}: you have it`);
  await shoot(page, `you-have-it-${look}`);

  await page.getByTestId('order-link').click();
  await page.waitForURL(/\/orders\/[0-9a-f]{32}$/);
  await orderIs(page, 'reserved');
  await expectAccessible(page, `${look}: order`);
  await expectNoSidewaysScroll(page, `${look}: order`);
  await shoot(page, `order-${look}`);

  await page.goto(demo.shop(edge, '/p/lamp'));
  assert.equal(await stateOf(page, 'you-have-it'), 'you-have-it');
  await closePage(page);
}

test('another shopper finds it sold out', async () => {
  const page = await openPage(browser, PHONE);
  await logIn(page, demo, 0, 'Tardy', '/p/lamp');
  await stateOf(page, 'sold-out');
  assert.equal(await page.getByTestId('buy').isDisabled(), true);
  await closePage(page);
});

test('whoever wants more than is left reads how many are, and buys fewer', async () => {
  const page = await openPage(browser, PHONE);
  await logIn(page, demo, 0, 'Gretel', '/p/bell');
  await stateOf(page, 'available', 'few-left', 'queueing');
  const units = page.locator('select[name=units]');
  await units.selectOption('2');
  await page.getByTestId('buy').click();
  await page.locator('[data-message]').filter({ hasText: 'Only 1 is left: ask for fewer.' }).waitFor();
  await shoot(page, 'too-few-left-phone');
  await units.selectOption('1');
  await page.getByTestId('buy').click();
  await stateOf(page, 'you-have-it');
  await closePage(page);
});

test('the page without JavaScript buys too', async () => {
  const page = await openPage(browser, { ...DESKTOP, javaScriptEnabled: false });
  await logIn(page, demo, 0, 'Plain Jane', '/p/mug');
  await shoot(page, 'product-without-javascript');
  await page.locator('select[name=units]').selectOption('2');
  await page.getByTestId('buy').click();
  await page.waitForURL(/\/orders\/[0-9a-f]{32}$/);
  await orderIs(page, 'reserved');
  await shoot(page, 'order-without-javascript');
  await page.goto(demo.shop(0, '/orders'));
  await page.getByRole('link', { name: MUG.name }).waitFor();
  await page.goto(demo.shop(0, '/p/lamp'));
  await stateOf(page, 'sold-out');
  await closePage(page);
});

test('whoever is not signed in signs in first, and then buys', async () => {
  const page = await openPage(browser, PHONE);
  await page.goto(demo.shop(1, '/'));
  await page.getByTestId('item-card').filter({ hasText: MUG.name }).getByRole('link').first().click();
  await page.waitForURL(/\/p\/mug$/);
  await stateOf(page, 'available');
  await page.getByTestId('buy').click();
  await page.waitForURL(/\/login/);
  await page.getByTestId('login-name').fill('Nora');
  await page.getByTestId('login-submit').click();
  await page.waitForURL(/\/p\/mug$/);
  await buy(page);
  await orderIs(page, 'reserved');
  await closePage(page);
});

for (const { name, options } of LOOKS) {
  test(`axe finds nothing while the sale is open: ${name}`, async () => {
    const page = await openPage(browser, options);
    await page.goto(demo.shop(0, '/p/mug'));
    await stateOf(page, 'available');
    await expectWell(page, `product-available-${name}`);
    await page.goto(demo.shop(0, '/p/lamp'));
    await stateOf(page, 'sold-out');
    await expectWell(page, `product-sold-out-${name}`);
    await page.goto(demo.shop(0, '/'));
    assert.equal(await page.getByTestId('item-card').count(), SALE.items.length);
    await expectWell(page, `index-open-${name}`);
    await page.goto(demo.shop(0, '/nothing-here'));
    await expectWell(page, `not-found-${name}`);
    await closePage(page);
  });
}

test('when the sale is closed, every page says so', async () => {
  const page = await openPage(browser, PHONE);
  await page.goto(demo.shop(0, '/p/mug'));
  await stateOf(page, 'available');
  await demo.closeSale(SALE.id);
  await stateOf(page, 'over');
  assert.equal(await page.getByTestId('buy').isDisabled(), true);
  await expectWell(page, 'product-over');
  await closePage(page);
});

async function expectWell(page, what) {
  await shoot(page, what);
  await expectAccessible(page, what);
  await expectNoSidewaysScroll(page, what);
}
