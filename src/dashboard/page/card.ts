import type { Dimension, PanelResult } from '../shown.ts';
import { type Child, element } from './elements.ts';
import { type Format, rangeText } from './format.ts';

export interface CardSpec {
  /** Of the panel that it shows. */
  readonly panel: string;
  readonly title: string;
  /** Columns of twelve. */
  readonly span: 3 | 4 | 5 | 6 | 7 | 8 | 12;
  /** Makes what is inside, once; the function that it gives shows a result. */
  open(): { readonly body: Child; show(result: PanelResult, format: Format): void };
  /** Beside the range, such as how a mean is taken. */
  readonly note?: string;
  /** Whether it is of the range that the panel was asked for: so unless told. */
  readonly ranged?: boolean;
}

export interface Card {
  readonly element: HTMLElement;
  show(result: PanelResult, format: Format): void;
}

const names: Readonly<Record<Dimension, string>> = {
  hour: 'times of day',
  category: 'categories',
  customer: 'customers',
  payment: 'payment methods',
  gender: 'gender',
  age: 'age',
  returns: 'returns',
  views: 'views',
  carts: 'carts',
};

/** A titled part of the page. Without what it needs it says so, and never shows zeros. */
export function card({ panel, title, span, open, note, ranged = true }: CardSpec): Card {
  const of = element('p', { class: 'of' }, '\u00a0');
  const place = element('div', { class: 'body' }, element('p', { class: 'lacking' }, 'waiting for numbers…'));
  const heading = element('h2', { id: `title-${panel}` }, title);
  const attributes = { class: `card span-${span}`, id: panel, 'aria-labelledby': `title-${panel}` };
  const frame = element('section', attributes, heading, of, place);
  let inside: ReturnType<CardSpec['open']> | undefined;
  return {
    element: frame,
    show(result, format) {
      const { lacks, partly, hidden, from, to } = result;
      of.textContent = [ranged ? rangeText(format, from, to) : undefined, note]
        .filter((part) => part !== undefined)
        .join(' · ');
      frame.dataset.from = String(from);
      frame.dataset.to = String(to);
      if (lacks.length > 0) {
        inside = undefined;
        place.replaceChildren(element('p', { class: 'lacking' }, `Not in these data: ${listOf(lacks)}`));
        return;
      }
      if (inside === undefined) {
        inside = open();
        const missing = element('p', { class: 'note', hidden: true });
        place.replaceChildren(...[inside.body, missing].flat().filter((one) => one instanceof Node));
      }
      const missing = place.lastElementChild;
      if (missing instanceof HTMLElement) {
        const notes = [
          ...(partly.length === 0 ? [] : [`Not in these data: ${listOf(partly)}.`]),
          ...(hidden === 0 ? [] : ['Groups of fewer than 10 customers are hidden.']),
        ];
        missing.hidden = notes.length === 0;
        missing.textContent = notes.join(' ');
      }
      inside.show(result, format);
    },
  };
}

function listOf(dimensions: readonly Dimension[]): string {
  return dimensions.map((one) => names[one]).join(', ');
}

/** The numbers of a chart, behind it. */
export function behind(chart: HTMLElement): { readonly body: readonly Child[]; readonly table: HTMLElement } {
  const place = element('div');
  return { body: [chart, element('details', {}, element('summary', {}, 'As a table'), place)], table: place };
}
