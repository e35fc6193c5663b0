import { useEffect, useState } from 'preact/hooks';
import { fetchReport, reportPath, type Report } from '../api/report';
import type { Sale } from '../api/snapshot';
import { units } from '../format';
import { balance, escrowUnits } from '../ledger/balance';
import { BalanceMark } from './balance_mark';
import { NumberCell } from './number_cell';

/** Until a sale is settled its units still move; after that one reading is enough. */
const REREAD_MS = 5_000;

export function FinalReport({ sale }: { sale: Sale }) {
  const { report, failure } = useReport(sale);
  const titleId = `report-${sale.id}`;
  return (
    <div class="report">
      <div class="section-head">
        <h3 id={titleId}>Final report</h3>
        <p class="muted">
          {sale.state === 'settled' ? 'All escrow and quarantine are settled.' : 'Not settled yet: units are still coming home.'}
        </p>
        <a href={reportPath(sale.id)} download={`${sale.id}-report.json`}>
          Download JSON
        </a>
      </div>
      {failure !== '' && (
        <p class="failure" role="alert">
          The report could not be read. {failure}
        </p>
      )}
      {report && <ReportTable report={report} sale={sale} />}
    </div>
  );
}

function useReport(sale: Sale): { report: Report | null; failure: string } {
  const [report, setReport] = useState<Report | null>(null);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    let ended = false;
    let timer: number | undefined;
    const read = async () => {
      let final = false;
      try {
        const next = await fetchReport(sale.id);
        if (ended) {
          return;
        }
        setReport(next);
        setFailure('');
        final = next.state === 'settled';
      } catch (error) {
        if (ended) {
          return;
        }
        setFailure(error instanceof Error ? error.message : String(error));
      }
      if (!final) {
        timer = window.setTimeout(() => void read(), REREAD_MS);
      }
    };
    void read();
    return () => {
      ended = true;
      window.clearTimeout(timer);
    };
  }, [sale.id, sale.state]);
  return { report, failure };
}

function ReportTable({ report, sale }: { report: Report; sale: Sale }) {
  const names = new Map(sale.skus.map((sku) => [sku.sku, sku.name]));
  return (
    <div class="table-scroll" role="region" aria-label={`Final report of ${sale.title}`} tabIndex={0}>
      <table class="skus" role="table" aria-label={`Final report of ${sale.title}`} data-testid="report">
        <thead role="rowgroup">
          <tr role="row">
            {['SKU', 'Supply', 'Budget', 'Pool', 'Escrow', 'Sold', 'Quarantine', 'Written off', 'Balances'].map(
              (name, index) => (
                <th key={name} role="columnheader" scope="col" class={index > 0 && index < 8 ? 'number' : ''}>
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {report.skus.map((sku) => {
            const sum = balance(sku);
            return (
              <tr key={sku.sku} role="row" class={sum.balanced ? 'sku' : 'sku sku-trouble'} data-testid="report-row" data-sku={sku.sku}>
                <th role="rowheader" scope="row" class="sku-name">
                  {names.get(sku.sku) ?? sku.sku}
                  <small>{units(sum.owed)} to account for</small>
                </th>
                <NumberCell label="supply" value={sku.supply} />
                <NumberCell label="budget" value={sku.budget} />
                <NumberCell label="pool" value={sku.pool} />
                <NumberCell label="escrow" value={escrowUnits(sku.escrow)} />
                <NumberCell label="sold" value={sku.sold} />
                <NumberCell label="quarantine" value={sku.quarantine} />
                <NumberCell label="written off" value={sku.written_off} />
                <td role="cell" class="sku-where">
                  <BalanceMark balance={sum} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
