/** What axe-core says of a page. */
import assert from 'node:assert/strict';
import axe from 'axe-core';

/** Throws if the page, as it is now, has a violation of any of axe-core's rules. */
export async function expectAccessible(page, what) {
  // Evaluated rather than added as a script: the page's content policy stays as it is.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => (await globalThis.axe.run()).violations);
  const told = violations.map(({ id, help, nodes }) => {
    const where = nodes.slice(0, 3).map((node) => `${node.target.join(' ')} — ${node.failureSummary}`);
    return `${id}: ${help}\n    ${where.join('\n    ')}`;
  });
  assert.equal(told.length, 0, `${what}:\n  ${told.join('\n  ')}`);
}

/** Throws if the page is wider than its window. */
export async function expectNoSidewaysScroll(page, what) {
  const { scroll, client } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scroll: scrollWidth, client: clientWidth };
  });
  assert.ok(scroll <= client, `${what}: ${scroll} px wide in a window of ${client} px`);
}
