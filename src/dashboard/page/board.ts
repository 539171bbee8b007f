import type { PanelResult } from '../shown.ts';
import { type CardSpec, card } from './card.ts';
import { element } from './elements.ts';
import type { Format } from './format.ts';

export interface Board {
  readonly element: HTMLElement;
  /** Shows a result in its card, if it has one here. */
  show(result: PanelResult, format: Format): void;
}

/** Cards in a grid. What a card has been given is drawn when the browser has time, so that many at once do not hold it up. */
export function board(specs: readonly CardSpec[], label: string): Board {
  const cards = new Map(specs.map((spec) => [spec.panel, card(spec)]));
  const waiting = new Map<string, () => void>();
  const grid = element(
    'div',
    { class: 'grid', role: 'group', 'aria-label': label },
    [...cards.values()].map((one) => one.element),
  );
  let scheduled = false;

  function drawNext(): void {
    const [next] = waiting;
    scheduled = next !== undefined;
    if (next === undefined) return;
    waiting.delete(next[0]);
    next[1]();
    setTimeout(drawNext);
  }

  return {
    element: grid,
    show(result, format) {
      const one = cards.get(result.id);
      if (one === undefined) return;
      waiting.set(result.id, () => one.show(result, format));
      if (!scheduled) {
        scheduled = true;
        setTimeout(drawNext);
      }
    },
  };
}
