import { type Child, element } from './elements.ts';

/** Numbers side by side, each under its name. */
export function figures(all: readonly (readonly [string, Child])[]): HTMLElement {
  return element(
    'dl',
    { class: 'figures' },
    all.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}
