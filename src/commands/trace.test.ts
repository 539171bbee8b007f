import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { DescriptorInput } from '../../datasets/descriptor.ts';
import type { Trace } from '../trace/trace.ts';
import { query, testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk } from './ebb.testing.ts';

const folder = testFolder();
const data = join(folder, 'data');
/** Rows that came in, and of which nothing has been computed. */
const raw = join(folder, 'raw');

const till: DescriptorInput = {
  name: 'till',
  title: 'A till that numbers its sales, and sends some twice',
  format: { kind: 'csv' },
  columns: { eventId: 'id', customer: 'who', time: 'when', category: 'what', unitPrice: 'price', quantity: 'pieces' },
  time: { patterns: ['ISO'] },
  currency: { code: 'EUR', digits: 2 },
  rows: { sorted: true },
  amount: 'quantity*unitPrice',
  kind: { constant: 'PURCHASE' },
};
const rows = [
  'id,who,when,what,price,pieces',
  't-1,anna,2024-02-01T08:00:00Z,Books,10.00,1',
  't-2,anna,2024-02-01T08:10:00Z,Books,cheap,1',
  't-3,anna,2024-02-01T08:20:00Z,Toys,5.00,2',
  't-3,anna,2024-02-01T08:20:00Z,Toys,5.00,2',
  't-4,anna,2024-02-01T14:00:00Z,Books,7.00,1',
  't-5,anna,2024-02-01T08:30:00Z,Books,3.00,1',
];

beforeAll(async () => {
  const [file, dataset] = [join(folder, 'till.csv'), join(folder, 'till.json')];
  writeFileSync(file, `${rows.join('\n')}\n`);
  writeFileSync(dataset, JSON.stringify(till));
  await ebbOk('replay', file, '--dataset', dataset, '--data', raw);
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--data', data);
});

async function trace(id: string, from = data): Promise<Trace> {
  const { stdout } = await ebb('trace', id, '--shop', 'till', '--data', from, '--json');
  return JSON.parse(stdout);
}

it('follows an event from its row to its hours, its profile, its rows and its files', async () => {
  const found = await trace('t-1');
  expect(found).toMatchObject({
    outcome: 'computed',
    raw: [{ topic: 'till.raw.till', value: { _row: 1, id: 't-1', price: '10.00' } }],
    events: [{ topic: 'till.events', value: { eventId: 't-1', amount: 1_000, row: 1 } }],
    profile: { value: { customerId: 'anna', purchases: 4 } },
    ...{ dead: [], late: [] },
  });
  const books = found.windows.find(({ key }) => key === 'Books');
  expect(books).toMatchObject({
    start: Date.UTC(2024, 1, 1, 8),
    metric: { value: { transactions: 1, revenue: 1_000 } },
  });
  expect(found.windows.map(({ key }) => key).sort()).toEqual(
    ['Books', 'age_group/unknown', 'country/unknown', 'gender/unknown', 'payment_method/unknown'].sort(),
  );
  const [row] = await query(data, "select * from ecommerce_events where event_id = 't-1'");
  expect(found.rows.find(({ table }) => table === 'ecommerce_events')?.row).toEqual(row);
  expect(found.files.map(({ path }) => path.split('/')[1]).sort()).toEqual(['events', 'raw.till']);
  for (const { path } of found.files) expect(existsSync(join(data, 'lake', path))).toBe(true);
});

it('says why a row is no event', async () => {
  expect(await trace('t-2')).toMatchObject({
    outcome: 'dead',
    why: expect.stringMatching(/^normalise-till refused it: BAD_PRICE: /),
    ...{ raw: [{ value: { _row: 2 } }], events: [], windows: [] },
    dead: [{ topic: 'till.normalise-till.dead', value: { topology: 'normalise-till', topic: 'till.raw.till' } }],
    rows: [{ table: 'dead_letters', row: { code: 'BAD_PRICE' } }],
  });
});

it('says that a repeat was dropped', async () => {
  expect(await trace('t-3')).toMatchObject({
    outcome: 'computed',
    why: 'it is in all that is computed of events; one repeat of it was dropped',
    raw: [{ value: { _row: 3 } }, { value: { _row: 4 } }],
    events: [{ value: { row: 3 } }],
  });
});

it('says for which hours a record came too late', async () => {
  const found = await trace('t-5');
  expect(found).toMatchObject({ outcome: 'late', events: [{ value: { eventId: 't-5' } }] });
  expect(found.why).toMatch(/^it came too late for .*category-partials \(Books\)/);
  const topologies = new Set(found.late.map(({ value }) => value.topology));
  expect(topologies).toEqual(new Set(['category-partials', 'segment-partials', 'sessions']));
  expect(found.rows.map(({ table }) => table)).toContain('late_events');
});

it('says that nobody has come to it yet', async () => {
  expect(await trace('t-1', raw)).toMatchObject({
    outcome: 'waiting',
    raw: [{ value: { _row: 1 } }],
    events: [],
    rows: [],
  });
});

it('ends with 1 and says so when the id is nowhere', async () => {
  const { code, stdout } = await ebb('trace', 't-9', '--shop', 'till', '--data', data);
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('shop till has no event t-9') });
});
