/** What a topology refused, or what came to it too late; what it refused can be corrected and sent again. */
import type { RefusedRecord, Row } from '../../shown.ts';
import { ask } from '../ask.ts';
import { element } from '../elements.ts';
import type { Format } from '../format.ts';
import { text } from '../numbers.ts';
import { type Column, listing } from '../table.ts';

export type Kind = 'dead-letters' | 'late-records';

/** Lines of a record that are seen at once. */
const LINES = 24;

export async function tellRefused(place: HTMLElement, kind: Kind, topology: string, format: Format): Promise<void> {
  const { rows } = await ask<{ readonly rows: readonly Row[] }>(`api/pipeline/${encodeURIComponent(topology)}/${kind}`);
  const editor = element('div', { 'aria-live': 'polite' });
  const words = kind === 'dead-letters' ? 'dead letters' : 'late records';
  place.replaceChildren(
    element('p', { class: 'of', role: 'status' }, `${format.count(rows.length)} newest ${words} of ${topology}`),
    listing({
      label: words,
      caption: `${words} of ${topology}`,
      columns: [
        { name: 'Stands at', head: true, cell: standsAt },
        ...(kind === 'dead-letters' ? deadColumns(editor, format) : lateColumns(format)),
      ],
      rows,
      long: true,
    }),
    editor,
  );
}

function standsAt(row: Row): string {
  return `${text(row, 'topic')}/${text(row, 'source_partition')} ${text(row, 'source_offset')}`;
}

function deadColumns(editor: HTMLElement, format: Format): readonly Column[] {
  return [
    { name: 'Code', cell: (row) => text(row, 'code') },
    { name: 'Why', wrap: true, cell: (row) => text(row, 'message') },
    { name: 'Key', cell: (row) => text(row, 'record_key') },
    {
      name: '',
      cell(row) {
        const button = element('button', { type: 'button', 'aria-label': `Correct ${standsAt(row)}` }, 'Correct');
        button.addEventListener('click', () => void edit(editor, row, format));
        return button;
      },
    },
  ];
}

function lateColumns(format: Format): readonly Column[] {
  return [
    { name: 'Why', wrap: true, cell: (row) => text(row, 'reason') },
    { name: 'Happened', cell: (row) => format.moment(row.time) },
    { name: 'Watermark', cell: (row) => format.moment(row.watermark) },
    { name: 'Key', cell: (row) => text(row, 'record_key') },
  ];
}

async function edit(place: HTMLElement, row: Row, format: Format): Promise<void> {
  const at = ['topic', 'source_partition', 'source_offset'].map((name) => encodeURIComponent(text(row, name)));
  const path = `api/dead-letters/${at.join('/')}`;
  place.replaceChildren(element('p', { class: 'note' }, 'reading the log…'));
  try {
    const record = await ask<RefusedRecord>(path);
    place.replaceChildren(...told(record, format), ...(record.resentAt === null ? [correction(path, record)] : []));
    place.querySelector('textarea')?.focus();
  } catch (error) {
    place.replaceChildren(element('p', { class: 'lacking' }, messageOf(error)));
  }
}

function told({ id, letters, resentAt }: RefusedRecord, format: Format): readonly HTMLElement[] {
  const lines = letters.map(({ topology, code, message }) => `${topology} refused it: ${code}: ${message}`);
  if (resentAt !== null) lines.push(`It was sent again: ${format.moment(resentAt)}.`);
  return [element('h3', {}, id), ...lines.map((line) => element('p', {}, line))];
}

function correction(path: string, { id, value }: RefusedRecord): HTMLElement {
  const before = value === null ? '' : JSON.stringify(value, null, 2);
  const input = element('textarea', {
    ...{ rows: Math.min(LINES, before.split('\n').length + 1), spellcheck: 'false', autocomplete: 'off' },
  });
  input.value = before;
  const said = element('p', { role: 'status' });
  const button = element('button', { type: 'submit' }, 'Send again');
  const form = element(
    'form',
    { class: 'correction', 'aria-label': `Correct ${id}` },
    value === null
      ? element('p', {}, 'It cannot be read here. It can be sent again as it is, once the code is corrected.')
      : element('label', {}, 'What it holds, to be corrected; unchanged, it is sent as it is', input),
    button,
    said,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = 'sending…';
    void (async () => {
      try {
        const changed = input.value === before ? {} : { value: JSON.parse(input.value) as unknown };
        await ask(`${path}/resend`, changed);
        said.textContent = 'It is sent again, and counts as soon as the topologies come to it.';
      } catch (error) {
        said.textContent = messageOf(error);
        button.disabled = false;
      }
    })();
  });
  return form;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
