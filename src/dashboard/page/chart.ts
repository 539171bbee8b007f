import type { ChartConfiguration, Chart as ChartOf, ChartType } from 'chart.js';
import { element } from './elements.ts';

/** Chart.js, which the server has from node_modules; it is loaded after the page has been painted. */
declare const Chart: typeof ChartOf;

const loaded = import('./vendor/chart.js');

/** A colour of page.css, as it is in the light or dark that the reader has. */
export function colour(name: string): string {
  const probe = element('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export function series(index: number): string {
  return colour(`c${(index % 8) + 1}`);
}

/** Names that get a colour each, where many are told apart; the others have one together. */
export const NAMED = 7;

/** @param index from 0, below `NAMED` */
export function namedColour(index: number): string {
  return series(index === OTHERS ? NAMED : index);
}

export function otherColour(): string {
  return series(OTHERS);
}

/** The quietest of the series. */
const OTHERS = 6;

/** A configuration made anew when the colours change. */
export type Draw<Type extends ChartType> = () => ChartConfiguration<Type, unknown[]>;

export interface Drawing {
  readonly element: HTMLElement;
  draw<Type extends ChartType>(label: string, draw: Draw<Type>): void;
}

const drawings = new Set<() => void>();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const again of drawings) again();
});

/** A canvas with a text for those who do not see it; the numbers are in a table beside it. */
export function drawing(size: '' | 'short' | 'tall' = ''): Drawing {
  const canvas = element('canvas', { role: 'img' });
  const frame = element('div', { class: `chart ${size}` }, canvas);
  let chart: ChartOf | undefined;
  let again = (): void => {};
  drawings.add(() => again());
  return {
    element: frame,
    draw(label, draw) {
      canvas.setAttribute('aria-label', label);
      again = () => void loaded.then(() => paint());
      const paint = (): void => {
        if (!canvas.isConnected) return;
        const configuration = withTheme(draw() as ChartConfiguration);
        if (chart === undefined) chart = new Chart(canvas, configuration);
        else {
          chart.data = configuration.data;
          chart.options = configuration.options ?? {};
          chart.update('none');
        }
      };
      again();
    },
  };
}

function withTheme(configuration: ChartConfiguration): ChartConfiguration {
  const [text, line, surface] = [colour('quiet'), colour('line'), colour('surface')];
  const scales = Object.fromEntries(
    Object.entries(configuration.options?.scales ?? {}).map(([name, scale]) => [
      name,
      {
        ...scale,
        grid: { color: line, drawTicks: false, display: name !== 'x', ...scale?.grid },
        border: { display: false },
        ticks: { color: text, padding: 6, maxRotation: 0, autoSkipPadding: 14, ...scale?.ticks },
        title: { color: text, ...(scale !== undefined && 'title' in scale ? scale.title : {}) },
      },
    ]),
  );
  const { plugins } = configuration.options ?? {};
  return {
    ...configuration,
    options: {
      ...configuration.options,
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false, ...configuration.options?.interaction },
      font: { family: getComputedStyle(document.body).fontFamily, size: 12 },
      scales: scales as NonNullable<ChartConfiguration['options']>['scales'] & object,
      plugins: {
        ...plugins,
        legend: {
          display: configuration.data.datasets.length > 1,
          position: 'bottom',
          labels: { color: text, boxWidth: 10, boxHeight: 10, padding: 12 },
          ...plugins?.legend,
        },
        tooltip: {
          backgroundColor: colour('text'),
          titleColor: surface,
          bodyColor: surface,
          padding: 9,
          ...plugins?.tooltip,
        },
      },
    },
  };
}
