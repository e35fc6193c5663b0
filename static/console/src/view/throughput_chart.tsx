import { useEffect, useRef } from 'preact/hooks';
import { perSecond } from '../format';
import { WINDOW_S, type RateSeries } from '../throughput/series';
import { createPlot, type Plot } from './plot';

interface Props {
  title: string;
  series: RateSeries;
}

export function ThroughputChart({ title, series }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);

  useEffect(() => {
    if (!host.current) {
      return;
    }
    const created = createPlot(host.current);
    plot.current = created;
    return () => {
      plot.current = null;
      created.destroy();
    };
  }, []);

  const latest = series.times.at(-1);
  useEffect(() => plot.current?.draw(series), [series, latest]);

  const now = perSecond(series.latest ?? Number.NaN);
  const peak = perSecond(series.peak);
  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <strong class="progress-share">{now}</strong> orders/s{' '}
        <span class="muted">
          peak {peak} in the last {WINDOW_S / 60} minutes
        </span>
      </figcaption>
      <div ref={host} class="chart-plot" role="img" aria-label={`Orders per second of ${title}: now ${now}, peak ${peak}`} />
    </figure>
  );
}
