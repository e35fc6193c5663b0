// Where the shop is. Edges may share a host, each below a prefix that no page is told.

/** The address of a path of the shop: `/orders`. Assets lie two folders below the shop's root. */
export const at = (path) => new URL(`../..${path}`, import.meta.url).href;
