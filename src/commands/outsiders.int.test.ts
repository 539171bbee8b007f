import { beforeAll, expect, it } from 'vitest';
import { readByJava, readByPython } from '../../scripts/stack/outsiders.testing.ts';
import { query, testFolder } from './data-folder.testing.ts';
import { startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;
const folder = testFolder();
const shop = `outsiders-${process.pid}`;

beforeAll(async () => {
  const { file, dataset } = madeUpSales(folder, 2_000);
  const args = ['replay', file, '--dataset', dataset, '--run', '--shop', shop, '--data', folder];
  const ended = await startEbb(args, '', { EBB_BROKERS, EBB_REGISTRY }).ended;
  expect(ended.code, ended.stderr).toBe(0);
}, 120_000);

it('gives its results to a plain consumer, with the registry: the last profile of each customer is the row in the table', {
  timeout: 240_000,
}, async () => {
  const last = new Map<string, unknown>();
  for (const { key, value } of await readByPython(EBB_BROKERS, EBB_REGISTRY, `${shop}.client-profiles`))
    last.set(key, [value.spend, value.orders, value.preferredPayment]);
  const rows = await query(folder, 'select customer_id, spend, orders, preferred_payment from client_profiles');
  expect(rows.length).toBeGreaterThan(100);
  expect(last).toEqual(
    new Map(
      rows.map(({ customer_id, spend, orders, preferred_payment }) => [
        customer_id,
        [spend, orders, preferred_payment],
      ]),
    ),
  );
});

it('gives them to the Java console consumer, framed as Confluent does, in transactions', {
  timeout: 240_000,
}, async () => {
  const lines = await readByJava(EBB_BROKERS, `${shop}.client-profiles`);
  const rows = await query(folder, 'select customer_id from client_profiles');
  expect(new Set(lines.map((line) => line.split('\t')[0]))).toEqual(
    new Set(rows.map(({ customer_id }) => customer_id)),
  );
  for (const line of lines) expect(line.split('\t')[1]).toMatch(/^\\x00\\x00\\x00/);
});
