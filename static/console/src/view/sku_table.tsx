import type { ComponentChildren } from 'preact';
import type { Operation } from '../api/operation';
import type { Sale } from '../api/snapshot';
import { SkuRow } from './sku_row';

interface Props {
  sale: Sale;
  edges: string[];
  /** Null once the sale is over. */
  ask: ((operation: Operation) => void) | null;
}

/** Roles are spelled out because the narrow layout takes the table's display away, and with it the table's meaning. */
export function SkuTable({ sale, edges, ask }: Props) {
  if (sale.skus.length === 0) {
    return <p class="empty">This sale has no SKU.</p>;
  }
  return (
    <div class="table-scroll" role="region" aria-label={`Units of ${sale.title} by SKU`} tabIndex={0}>
      <table class="skus" role="table" aria-label={`Units of ${sale.title} by SKU`}>
        <thead role="rowgroup">
          <tr role="row">
            <Column>SKU</Column>
            <Column>Availability</Column>
            <Column number>Supply</Column>
            <Column number>Pool</Column>
            {edges.map((edge) => (
              <Column key={edge} number>
                <small>Escrow</small> {edge}
              </Column>
            ))}
            <Column number>Sold</Column>
            <Column number>At risk</Column>
            <Column number>Quarantine</Column>
            <Column number>Written off</Column>
            <Column>Where its units are</Column>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {sale.skus.map((sku) => (
            <SkuRow key={sku.sku} sku={sku} sale={sale} edges={edges} ask={ask} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Column({ number = false, children }: { number?: boolean; children: ComponentChildren }) {
  return (
    <th role="columnheader" scope="col" class={number ? 'number' : ''}>
      {children}
    </th>
  );
}
