import { type CardSpec, card } from './card.ts';
import { element } from './elements.ts';
import type { Screen } from './screen.ts';

/** Cards in a grid. What a card has been given is drawn when the browser has time, so that many at once do not hold it up. */
export function board(specs: readonly CardSpec[], label: string): Screen {
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
    close: () => waiting.clear(),
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
