import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DescriptorInput } from '../../datasets/descriptor.ts';
import type { Trace } from '../trace/trace.ts';
import { query } from './data-folder.testing.ts';
import { type Ended, startEbb } from './ebb.testing.ts';

/** A file whose second row is no event. */
export const till: DescriptorInput = {
  name: 'till',
  title: 'A till that numbers its sales',
  format: { kind: 'csv' },
  columns: { eventId: 'id', customer: 'who', time: 'when', unitPrice: 'price', quantity: 'pieces' },
  time: { patterns: ['ISO'] },
  currency: { code: 'EUR', digits: 2 },
  rows: { sorted: true },
  amount: 'quantity*unitPrice',
  kind: { constant: 'PURCHASE' },
};
export const tillRows = [
  'id,who,when,price,pieces,note',
  't-1,anna,2024-02-01T08:00:00Z,10.00,1,fine',
  't-2,anna,2024-02-01T08:10:00Z,cheap,2,a column that no role names',
];

interface Listed {
  readonly id: string;
  readonly letters: readonly { readonly topology: string; readonly code: string }[];
  readonly resentAt: string | null;
}

/** Replays a file with a row that is no event, corrects the row, and looks whether it is one then, once. */
export async function deadIsCorrected(folder: string, shop: string, settings: Readonly<Record<string, string>>) {
  const data = join(folder, 'data');
  const ebb = (...args: readonly string[]): Promise<Ended> =>
    startEbb([...args, '--shop', shop, '--data', data], '', settings).ended;
  const said = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await ebb(...args);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const list = async (): Promise<readonly Listed[]> => JSON.parse(await said('dead', '--json'));
  const trace = async (id: string): Promise<Trace> => JSON.parse(await said('trace', id, '--json'));
  const edited = (value: unknown): string => {
    const file = join(folder, 'row.json');
    writeFileSync(file, JSON.stringify(value));
    return file;
  };

  const [file, dataset] = [join(folder, 'till.csv'), join(folder, 'till.json')];
  writeFileSync(file, `${tillRows.join('\n')}\n`);
  writeFileSync(dataset, JSON.stringify(till));
  await said('replay', file, '--dataset', dataset, '--run');
  const [only] = await list();
  const id = only?.id ?? '';
  expect(only).toMatchObject({ letters: [{ topology: 'normalise-till', code: 'BAD_PRICE' }], resentAt: null });
  expect(await trace('t-2')).toMatchObject({ outcome: 'dead', raw: [{ value: { _row: 2 } }], events: [] });

  const value = JSON.parse(await said('dead', 'show', id, '--value'));
  expect((await ebb('dead', 'resend', id, edited(value))).stderr).toContain('would be refused again: BAD_PRICE');
  expect(await ebb('dead', 'resend', id, edited({ price: '3.50' }))).toMatchObject({ code: 1, stdout: '' });
  expect(await list()).toMatchObject([{ id, resentAt: null }]);

  const corrected = edited({ ...value, price: '3.50' });
  const tries = await Promise.all([1, 2].map(() => ebb('dead', 'resend', id, corrected)));
  expect(tries.map(({ code }) => code).sort()).toEqual([0, 1]);
  expect(tries.find(({ code }) => code === 1)?.stderr).toContain('has been sent again already');
  await said('run', '--until-caught-up');
  const amounts = await query(data, 'select event_id, amount from ecommerce_events order by time');
  expect(amounts).toEqual([
    { event_id: 't-1', amount: 1_000 },
    { event_id: 't-2', amount: 700 },
  ]);
  expect(await list()).toMatchObject([{ id, resentAt: expect.any(String) }]);
  expect(await trace('t-2')).toMatchObject({
    raw: [{ value: { price: 'cheap' } }, { value: { price: '3.50' } }],
    events: [{ value: { amount: 700 } }],
    why: expect.stringMatching(/; it was corrected and sent again$/),
  });
}
