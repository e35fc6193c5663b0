import type { Sale } from '../api/snapshot';
import { countdown, moment } from '../format';

export function SaleTime({ sale, now_ms }: { sale: Sale; now_ms: number }) {
  if (sale.state === 'planned') {
    return <Until name="starts in" due="start is due" at_ms={sale.starts_at_ms} now_ms={now_ms} />;
  }
  if (sale.state === 'open') {
    return <Until name="ends in" due="end is due" at_ms={sale.ends_at_ms} now_ms={now_ms} />;
  }
  return <p class="sale-time muted">planned until {moment(sale.ends_at_ms)}</p>;
}

interface UntilProps {
  name: string;
  due: string;
  at_ms: number;
  now_ms: number;
}

function Until({ name, due, at_ms, now_ms }: UntilProps) {
  if (now_ms >= at_ms) {
    return <p class="sale-time">{due}</p>;
  }
  return (
    <p class="sale-time">
      <span class="muted">{name}</span> <strong>{countdown(at_ms - now_ms)}</strong>
    </p>
  );
}
