import { svg } from './elements.ts';

const WIDTH = 84;
const HEIGHT = 22;

/** A line of probabilities, 0 at the foot and 1 at the head, with a dot at the newest. */
export function spark(values: readonly number[], label: string): SVGElement {
  const x = (index: number) => (values.length < 2 ? WIDTH : (index * WIDTH) / (values.length - 1));
  const y = (value: number) => HEIGHT - value * HEIGHT;
  const path = values
    .map((value, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
  const last = values.at(-1);
  return svg(
    'svg',
    {
      class: 'spark',
      role: 'img',
      'aria-label': label,
      width: WIDTH,
      height: HEIGHT,
      viewBox: `-3 -3 ${WIDTH + 6} ${HEIGHT + 6}`,
    },
    svg('path', { d: path }),
    last === undefined ? null : svg('circle', { cx: x(values.length - 1), cy: y(last), r: 2.5 }),
  );
}
