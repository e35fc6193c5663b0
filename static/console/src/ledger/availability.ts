/** What a shopper meets who asks for a SKU now. */
import type { SaleState, Sku } from '../api/snapshot';
import { escrowUnits } from './balance';

export type Availability = 'halted' | 'sold out' | 'available' | 'queueing' | 'not open yet' | 'closed';

export function availability(sku: Sku, sale: SaleState): Availability {
  if (sku.halted !== null) {
    return 'halted';
  }
  if (sale === 'planned') {
    return 'not open yet';
  }
  if (sku.sold_out) {
    return 'sold out';
  }
  if (sale !== 'open') {
    return 'closed';
  }
  // Empty, but the ledger has not said "sold out" yet: edges answer `queueing`.
  return sku.pool + escrowUnits(sku.escrow) > 0 ? 'available' : 'queueing';
}
