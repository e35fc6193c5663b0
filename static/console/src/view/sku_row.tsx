import type { Operation } from '../api/operation';
import type { Sale, Sku } from '../api/snapshot';
import { percent, units } from '../format';
import { availability, type Availability } from '../ledger/availability';
import { balance } from '../ledger/balance';
import { escrowAt, holdings } from '../ledger/holdings';
import { BalanceMark } from './balance_mark';
import { Chip, type Tone } from './chip';
import { NumberCell } from './number_cell';
import { UnitsBar } from './units_bar';

interface Props {
  sku: Sku;
  sale: Sale;
  edges: string[];
  ask: ((operation: Operation) => void) | null;
}

const TONE: Record<Availability, Tone> = {
  available: 'good',
  queueing: 'warn',
  'sold out': 'over',
  halted: 'bad',
  'not open yet': 'idle',
  closed: 'over',
};

export function SkuRow({ sku, sale, edges, ask }: Props) {
  const meets = availability(sku, sale.state);
  const sum = balance(sku);
  const trouble = sku.halted !== null || !sum.balanced;
  return (
    <tr role="row" class={trouble ? 'sku sku-trouble' : 'sku'} data-testid="sku-row" data-sku={sku.sku}>
      <th role="rowheader" scope="row" class="sku-name">
        {sku.name}
        <small>{sku.sku}</small>
        <small>
          {units(sku.orders)} orders, {units(sku.cancelled)} cancelled
        </small>
      </th>
      <td role="cell" class="sku-availability" data-label="availability">
        <Chip tone={TONE[meets]}>{meets}</Chip>
      </td>
      <NumberCell label="supply" value={sku.supply} note={beyondSupply(sku)}>
        {ask && (
          <button
            type="button"
            class="button"
            aria-label={`Set the supply of ${sku.name}`}
            data-testid="set-supply"
            onClick={() => ask({ kind: 'set-supply', sale: sale.id, sku: sku.sku })}
          >
            Set…
          </button>
        )}
      </NumberCell>
      <NumberCell label="pool" value={sku.pool} testid="sku-pool" />
      {edges.map((edge) => (
        <NumberCell key={edge} label={`escrow ${edge}`} value={escrowAt(sku, edge)} />
      ))}
      <NumberCell label="sold" value={sku.sold} testid="sku-sold" name="sku-sold" note={percent(sku.sold, sum.owed)}>
        <SoldBar sold={sku.sold} owed={sum.owed} />
      </NumberCell>
      <NumberCell label="at risk" value={sku.at_risk} testid="sku-at-risk" />
      <NumberCell label="quarantine" value={sku.quarantine} />
      <NumberCell label="written off" value={sku.written_off} />
      <td role="cell" class="sku-where">
        <UnitsBar name={sku.name} holdings={holdings([sku], edges)} owed={sum.owed} />
        <BalanceMark balance={sum} />
      </td>
    </tr>
  );
}

function beyondSupply(sku: Sku): string {
  const parts = [
    [sku.budget, `+${units(sku.budget)} budget`],
    [sku.debt, `${units(sku.debt)} to come back`],
    [sku.oversold, `${units(sku.oversold)} sold too many`],
  ] as const;
  return parts.filter(([count]) => count > 0).map(([, text]) => text).join(', ');
}

function SoldBar({ sold, owed }: { sold: number; owed: number }) {
  return (
    <span class="sold-bar" aria-hidden="true">
      <span class="sold-part" style={{ width: `${owed > 0 ? Math.min(100, (sold / owed) * 100) : 0}%` }} />
    </span>
  );
}
