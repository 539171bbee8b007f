import type { PanelResult } from '../shown.ts';
import { behind, type CardSpec } from './card.ts';
import { type Drawing, drawing } from './chart.ts';
import { element } from './elements.ts';
import type { Format } from './format.ts';
import { type Listing, listing } from './table.ts';

/** The inside of a card: a chart, and its numbers as a table behind it. @param draw draws a result, and says what is in the table */
export function charted(
  size: '' | 'short',
  draw: (chart: Drawing, result: PanelResult, format: Format) => Listing,
): CardSpec['open'] {
  return () => {
    const chart = drawing(size);
    const { body, table } = behind(chart.element);
    return { body, show: (result, format) => table.replaceChildren(listing(draw(chart, result, format))) };
  };
}

/** The inside of a card that is a table. */
export function listed(list: (result: PanelResult, format: Format) => Listing): CardSpec['open'] {
  return () => {
    const body = element('div');
    return { body, show: (result, format) => body.replaceChildren(listing(list(result, format))) };
  };
}
