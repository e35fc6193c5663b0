/** The operators' console, live while a shopper buys. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectAccessible, expectNoSidewaysScroll } from './lib/axe.js';
import { closePage, DESKTOP, LOOKS, openBrowser, openPage, PHONE, shoot } from './lib/browser.js';
import { Demo } from './lib/demo.js';
import { buy, logIn, orderIs } from './lib/shopper.js';

const LAMP = '[data-testid=sku-row][data-sku=lamp]';
const SALE = { id: 'evening-light', startsIn: 0, lasts: 600, items: [{ sku: 'lamp', name: 'The Lamp', supply: 8, limit: 1 }] };

let demo;
let browser;

before(async () => {
  browser = await openBrowser();
  demo = await Demo.start(SALE);
});

after(async () => {
  await browser?.close();
  const report = await demo?.stop();
  assert.equal(report.skus[0].sold, 1);
});

test('the console moves while a shopper buys', async () => {
  const operator = await openConsole(DESKTOP);
  await operator.locator('[data-testid=edge][data-state=live]').nth(1).waitFor();
  await units(operator, 'sku-sold', 0);
  // How much the policy hands out is its own affair: some of it is on the edges.
  await operator.locator(`${LAMP} [data-testid=sku-pool]:not([data-units="8"])`).waitFor();

  const shopper = await openPage(browser, PHONE);
  await logIn(shopper, demo, 0, 'Ann', '/p/lamp');
  await buy(shopper);
  await orderIs(shopper, 'reserved');

  await units(operator, 'sku-sold', 1);
  await shoot(operator, 'console');
  await closePage(shopper);
  await closePage(operator);
});

for (const { name, options } of LOOKS) {
  test(`axe finds nothing on the console: ${name}`, async () => {
    const page = await openConsole(options);
    await page.locator('[data-testid=edge][data-state=live]').nth(1).waitFor();
    await shoot(page, `console-${name}`);
    await expectAccessible(page, `console ${name}`);
    await expectNoSidewaysScroll(page, `console ${name}`);
    await closePage(page);
  });
}

async function openConsole(options) {
  const page = await openPage(browser, options);
  await page.goto(demo.addresses.allocator.console);
  await page.locator('[data-testid=stream-state][data-state=live]').waitFor();
  await page.locator(LAMP).waitFor();
  return page;
}

async function units(page, account, wanted) {
  await page.locator(LAMP).locator(`[data-testid=${account}][data-units="${wanted}"]`).waitFor();
}
