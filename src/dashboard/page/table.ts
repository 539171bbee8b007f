import type { Row } from '../shown.ts';
import { type Child, element } from './elements.ts';

export interface Column {
  readonly name: string;
  /** What stands in a row's cell. */
  cell(row: Row): Child;
  /** To the right, with figures of one width. */
  readonly number?: boolean;
  /** Heads its row. */
  readonly head?: boolean;
  /** Text of several lines. */
  readonly wrap?: boolean;
}

export function table(caption: string, columns: readonly Column[], rows: readonly Row[]): HTMLElement {
  const classOf = ({ number, wrap }: Column) => (number === true ? 'number' : wrap === true ? 'wrap' : undefined);
  const head = columns.map((column) => element('th', { scope: 'col', class: classOf(column) }, column.name));
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      columns.map((column) =>
        column.head === true
          ? element('th', { scope: 'row' }, column.cell(row))
          : element('td', { class: classOf(column) }, column.cell(row)),
      ),
    ),
  );
  return element(
    'table',
    {},
    element('caption', { class: 'visually-hidden' }, caption),
    element('thead', {}, element('tr', {}, head)),
    element('tbody', {}, body),
  );
}

/** A table that scrolls. */
export interface Listing {
  readonly caption: string;
  /** Of the part that scrolls; the caption unless told. */
  readonly label?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** It may have many rows, and takes little height all the same. */
  readonly long?: boolean;
}

export function listing({ caption, label = caption, columns, rows, long = false }: Listing): HTMLElement {
  return scrolling(label, table(caption, columns, rows), long);
}

/** What scrolls within its card, by keyboard too. */
export function scrolling(label: string, inner: HTMLElement, long = false): HTMLElement {
  return element(
    'div',
    { class: long ? 'scroll long' : 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    inner,
  );
}

/** A share as a bar beside its figure. */
export function shareBar(share: unknown, text: string): Child {
  const bar = element('span', { class: 'share', 'aria-hidden': 'true' });
  bar.style.setProperty('--part', `${Math.max(0, Math.min(1, Number(share ?? 0))) * 100}%`);
  return [bar, text];
}
