import { units } from '../format';
import type { Balance } from '../ledger/balance';

/** Says whether the accounts add up to supply and budget; loud when they do not. */
export function BalanceMark({ balance }: { balance: Balance }) {
  if (balance.balanced) {
    return (
      <span class="balance" data-balanced="true">
        <span aria-hidden="true">✓</span> adds up to {units(balance.owed)}
      </span>
    );
  }
  return (
    <strong class="balance balance-off" data-balanced="false">
      <span aria-hidden="true">✗</span> {units(balance.found)} found, {units(balance.owed)} supplied
    </strong>
  );
}
