import { units } from '../format';
import type { Holding } from '../ledger/holdings';

export function Legend({ holdings }: { holdings: Holding[] }) {
  const held = holdings.filter((holding) => holding.units !== 0);
  return (
    <dl class="legend">
      {held.map((holding) => (
        <div key={holding.key} class="legend-entry">
          <dt>
            <span class={`swatch account-${holding.account} shade-${holding.shade}`} aria-hidden="true" />
            {holding.label}
          </dt>
          <dd>{units(holding.units)}</dd>
        </div>
      ))}
    </dl>
  );
}
