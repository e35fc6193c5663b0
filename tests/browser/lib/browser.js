/** One Chromium, many shoppers: each has a context of its own. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
export const DESKTOP = { viewport: { width: 1440, height: 900 } };
/** Every size in both colour schemes. */
export const LOOKS = [
  { name: 'phone-light', options: { ...PHONE, colorScheme: 'light' } },
  { name: 'phone-dark', options: { ...PHONE, colorScheme: 'dark' } },
  { name: 'desktop-light', options: { ...DESKTOP, colorScheme: 'light' } },
  { name: 'desktop-dark', options: { ...DESKTOP, colorScheme: 'dark' } },
];

const ANSWER_MS_MAX = 15_000;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const screenshots = process.env.SCREENSHOTS || mkdtempSync(join(tmpdir(), 'doorbuster-screenshots-'));
mkdirSync(screenshots, { recursive: true });

export async function openBrowser() {
  console.log(`screenshots: ${screenshots}`);
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

/** A page of a shopper of its own, which remembers every fault that it meets. */
export async function openPage(browser, options) {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(ANSWER_MS_MAX);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // A refusal is an answer; the browser logs it as a fault all the same.
    const isRefusal = /status of (400|401|403|404|409|410|429)/.test(message.text());
    if (message.type() === 'error' && !isRefusal) faults.push(`console: ${message.text()}`);
  });
  return Object.assign(page, { faults });
}

/** Closes a page and its context; throws if the page met a fault. */
export async function closePage(page) {
  await page.context().close();
  assert.deepEqual(page.faults, []);
}

export async function shoot(page, name) {
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}
