/** One rate series for each sale of the latest snapshot; a sale that is gone takes its series with it. */
import type { Snapshot } from '../api/snapshot';
import { RateSeries } from './series';

export class SaleThroughput {
  private readonly series = new Map<string, RateSeries>();

  take(snapshot: Snapshot): void {
    const present = new Set(snapshot.sales.map((sale) => sale.id));
    for (const id of this.series.keys()) {
      if (!present.has(id)) {
        this.series.delete(id);
      }
    }
    for (const sale of snapshot.sales) {
      const orders = sale.skus.reduce((sum, sku) => sum + sku.orders, 0);
      this.of(sale.id).add(snapshot.now_ms, orders);
    }
  }

  of(sale: string): RateSeries {
    let series = this.series.get(sale);
    if (!series) {
      series = new RateSeries();
      this.series.set(sale, series);
    }
    return series;
  }
}
