import { type Child, element } from './elements.ts';

/** A titled part of a page that is no panel's. @param span columns of twelve */
export function section(span: string, title: string, ...children: readonly Child[]): HTMLElement {
  return element(
    'section',
    { class: `card span-${span}`, 'aria-label': title },
    element('h2', {}, title),
    element('div', { class: 'body' }, children),
  );
}
