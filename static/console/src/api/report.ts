/** The balances of a sale that has ended, as `GET /api/sales/{sale}/report` gives them. */
import { okOrRefused } from './problem';
import type { Accounts } from '../ledger/balance';
import type { SaleState } from './snapshot';

export interface ReportSku extends Accounts {
  sku: string;
}

export interface Report {
  sale: string;
  state: SaleState;
  skus: ReportSku[];
}

const ANSWER_MS_MAX = 10_000;

export function reportPath(sale: string): string {
  return `/api/sales/${encodeURIComponent(sale)}/report`;
}

export async function fetchReport(sale: string): Promise<Report> {
  const response = await fetch(reportPath(sale), { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  return (await okOrRefused(response)).json() as Promise<Report>;
}
