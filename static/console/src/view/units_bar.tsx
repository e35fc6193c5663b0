import { units } from '../format';
import type { Holding } from '../ledger/holdings';

interface Props {
  name: string;
  holdings: Holding[];
  /** Supply and budget: the length of the whole bar. */
  owed: number;
  tall?: boolean;
}

/** A bar of supply and budget, cut by account. Units that are missing leave a gap at its end. */
export function UnitsBar({ name, holdings, owed, tall = false }: Props) {
  const held = holdings.filter((holding) => holding.units > 0);
  const found = held.reduce((sum, holding) => sum + holding.units, 0);
  const whole = Math.max(owed, found, 1);
  const words = held.map((holding) => `${holding.label} ${units(holding.units)}`).join(', ');
  return (
    <div class={tall ? 'bar bar-tall' : 'bar'} role="img" aria-label={`${name}: ${words || 'no units'}`}>
      {held.map((holding) => (
        <span
          key={holding.key}
          class={`bar-part account-${holding.account} shade-${holding.shade}`}
          style={{ width: `${(holding.units / whole) * 100}%` }}
          title={`${holding.label}: ${units(holding.units)}`}
        />
      ))}
    </div>
  );
}
