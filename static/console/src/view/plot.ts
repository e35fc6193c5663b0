/** Owns one uPlot: sizes it to its host, and draws it in the page's colours, light or dark. */
import uPlot from 'uplot';
import { clockMinute, perSecond } from '../format';
import { WINDOW_S, type RateSeries } from '../throughput/series';

export interface Plot {
  draw(series: RateSeries): void;
  destroy(): void;
}

/** A quiet sale must not look busy: the scale never ends below this. */
const TOP_MIN = 5;
const FONT = '12px system-ui, sans-serif';

export function createPlot(host: HTMLElement): Plot {
  const colour = (name: string) => getComputedStyle(host).getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: () => colour('--muted'),
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
    font: FONT,
  };
  const plot = new uPlot(
    {
      ...sizeOf(host),
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 20, 0, 0],
      scales: {
        x: { time: true },
        y: { range: (_plot, _min, max) => [0, Math.max(TOP_MIN, (max ?? 0) * 1.1)] },
      },
      axes: [
        { ...axis, space: 64, incrs: [60, 120], size: 26, values: (_plot, splits) => splits.map((at_s) => clockMinute(at_s * 1_000)) },
        { ...axis, space: 32, size: 46, values: (_plot, splits) => splits.map((rate) => shortRate(rate)) },
      ],
      series: [
        {},
        {
          stroke: () => colour('--chart'),
          fill: () => colour('--chart-fill'),
          width: 2,
          points: { show: false },
        },
      ],
    },
    [[], []],
    host,
  );

  const resized = new ResizeObserver(() => plot.setSize(sizeOf(host)));
  resized.observe(host);
  const theme = window.matchMedia('(prefers-color-scheme: dark)');
  const redraw = () => plot.redraw(false, true);
  theme.addEventListener('change', redraw);

  return {
    draw(series) {
      plot.batch(() => {
        plot.setData([series.times, series.rates]);
        const end_s = series.times.at(-1);
        if (end_s !== undefined) {
          plot.setScale('x', { min: end_s - WINDOW_S, max: end_s });
        }
      });
    },
    destroy() {
      theme.removeEventListener('change', redraw);
      resized.disconnect();
      plot.destroy();
    },
  };
}

function sizeOf(host: HTMLElement): { width: number; height: number } {
  return { width: Math.max(1, host.clientWidth), height: Math.max(1, host.clientHeight) };
}

function shortRate(rate: number): string {
  return Number.isInteger(rate) ? perSecond(rate).replace('.0', '') : perSecond(rate);
}
