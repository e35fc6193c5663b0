import type { Alert } from '../api/snapshot';
import { moment } from '../format';

/** More than these wait behind "older alerts". */
const ALERTS_OPEN_MAX = 4;

export function Alerts({ alerts }: { alerts: Alert[] }) {
  const newest = [...alerts].sort((a, b) => b.at_ms - a.at_ms);
  const older = newest.slice(ALERTS_OPEN_MAX);
  return (
    <div class="notice notice-warn notice-wide">
      <h2>Alerts</h2>
      <AlertList alerts={newest.slice(0, ALERTS_OPEN_MAX)} />
      {older.length > 0 && (
        <details>
          <summary>Older alerts ({older.length})</summary>
          <AlertList alerts={older} />
        </details>
      )}
    </div>
  );
}

function AlertList({ alerts }: { alerts: Alert[] }) {
  return (
    <ul class="alerts">
      {alerts.map((alert) => (
        <li key={`${alert.at_ms} ${alert.text}`}>
          <time dateTime={new Date(alert.at_ms).toISOString()}>{moment(alert.at_ms)}</time> {alert.text}
        </li>
      ))}
    </ul>
  );
}
