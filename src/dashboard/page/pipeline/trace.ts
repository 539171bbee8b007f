/** Where did my record go? */
import type { RecordStory } from '../../shown.ts';
import { ask } from '../ask.ts';
import { element } from '../elements.ts';
import { scrolling, table } from '../table.ts';

export function traceSearch(): HTMLElement {
  const input = element('input', { type: 'search', required: true, size: 40, autocomplete: 'off' });
  const found = element('div', { 'aria-live': 'polite' });
  const form = element(
    'form',
    { class: 'search' },
    element('label', {}, 'Id of an event ', input),
    element('button', { type: 'submit' }, 'Look'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    found.replaceChildren(element('p', { class: 'note' }, 'reading the log…'));
    void look(input.value.trim(), found);
  });
  return element('div', {}, form, found);
}

async function look(eventId: string, place: HTMLElement): Promise<void> {
  try {
    place.replaceChildren(...told(await ask<RecordStory>(`api/trace/${encodeURIComponent(eventId)}`)));
  } catch (error) {
    place.replaceChildren(element('p', { class: 'lacking' }, error instanceof Error ? error.message : String(error)));
  }
}

function told({ eventId, outcome, why, steps }: RecordStory): readonly HTMLElement[] {
  const rows = steps.map(({ what, where, fields }) => ({
    ...{ what, where },
    fields: Object.entries(fields)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
  }));
  return [
    element('p', {}, element('strong', {}, `${eventId}: ${outcome}. `), why),
    scrolling(
      'Where the record went',
      table(
        `What became of ${eventId}`,
        [
          { name: 'What', head: true, cell: ({ what }) => String(what) },
          { name: 'Where', cell: ({ where }) => String(where) },
          { name: 'What it says', wrap: true, cell: ({ fields }) => String(fields) },
        ],
        rows,
      ),
    ),
  ];
}
