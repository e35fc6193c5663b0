/** A sale file with drawn pictures. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600">
<rect width="800" height="600" fill="#e9dfce"/><path d="M300 430h200l-40-250H340z" fill="#9c4a2f"/></svg>`;

/** `items`: {sku, name, supply, limit}. Times in seconds after publishing. */
export async function writeSale(folder, { id, startsIn, lasts, items }) {
  await writeFile(join(folder, 'picture.svg'), PICTURE);
  const path = join(folder, 'sale.toml');
  await writeFile(path, head(id, startsIn, lasts) + items.map(item).join(''));
  return path;
}

function head(id, startsIn, lasts) {
  return `[sale]
id = "${id}"
title = "Evening Light"
tagline = "A few good things, seen by a browser."
starts_in_s = ${startsIn}
lasts_s = ${lasts}
limit = 2
credit = 0
currency = "EUR"
`;
}

function item({ sku, name, supply, limit }) {
  return `
[[items]]
sku = "${sku}"
name = "${name}"
summary = "Made to be looked at."
price = "49.00"
supply = ${supply}
limit = ${limit}
picture = "picture.svg"
picture_alt = "A clay lampshade on sand"
description = """
It stands where it is put, and gives light.

Wipe it with a dry cloth."""
`;
}
