import { beforeAll, expect, it } from 'vitest';
import { type PythonRecord, readByJava, readByPython } from '../../scripts/stack/outsiders.testing.ts';
import { loadConfig } from '../config.ts';
import { query, testFolder } from './data-folder.testing.ts';
import { startEbb } from './ebb.testing.ts';
import { type Orders, writeOrders } from './made-up-orders.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { appointments } from './roster.testing.ts';
import { openWorkplace } from './workplace.ts';

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;
const folder = testFolder();
const shop = `outsiders-${process.pid}`;
/** One whose history is long enough for models. */
const scored = `outsiders-scored-${process.pid}`;

async function replayed({ file, dataset }: Orders, into: string, ...flags: readonly string[]): Promise<void> {
  const args = ['replay', file, '--dataset', dataset, '--run', '--shop', into, '--data', folder, ...flags];
  const ended = await startEbb(args, '', { EBB_BROKERS, EBB_REGISTRY }).ended;
  expect(ended.code, ended.stderr).toBe(0);
}

beforeAll(async () => {
  await replayed(madeUpSales(folder, 2_000), shop);
  await replayed(writeOrders(folder), scored, '--training');
}, 240_000);

it('gives its results to a plain consumer, with the registry: the last profile of each customer is the row in the table', {
  timeout: 240_000,
}, async () => {
  const last = new Map<string, unknown>();
  for (const { key, value } of await readByPython(EBB_BROKERS, EBB_REGISTRY, `${shop}.client-profiles`))
    last.set(key, [value.spend, value.orders, value.preferredPayment]);
  const rows = await query(
    folder,
    `select customer_id, spend, orders, preferred_payment from client_profiles where shop = '${shop}'`,
  );
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
  const rows = await query(folder, `select customer_id from client_profiles where shop = '${shop}'`);
  expect(new Set(lines.map((line) => line.split('\t')[0]))).toEqual(
    new Set(rows.map(({ customer_id }) => customer_id)),
  );
  for (const line of lines) expect(line.split('\t')[1]).toMatch(/^\\x00\\x00\\x00/);
});

it("gives churn scores and models to a plain consumer: each customer's last score is the row in the table, by a model that is there", {
  timeout: 240_000,
}, async () => {
  const last = new Map<string, PythonRecord['value']>();
  for (const { key, value } of await readByPython(EBB_BROKERS, EBB_REGISTRY, `${scored}.churn-scores`))
    last.set(key, value);
  const rows = await query(
    folder,
    `select customer_id, as_of, probability, band, version, reasons from churn_scores where shop = '${scored}'`,
  );
  expect(rows.length).toBeGreaterThan(700);
  expect(
    new Map(
      [...last].map(([key, { asOf, probability, band, version, reasons }]) => [
        key,
        [asOf, probability, band, version, reasons],
      ]),
    ),
  ).toEqual(
    new Map(
      rows.map(({ customer_id, as_of, probability, band, version, reasons }) => [
        customer_id,
        [as_of, probability, band, version, JSON.parse(String(reasons))],
      ]),
    ),
  );

  const onLog = await readByPython(EBB_BROKERS, EBB_REGISTRY, `${scored}.models`);
  // Ticks are between them, under a key and a schema of their own.
  const models = onLog.filter(({ key }) => !key.startsWith('ebb.tick/')).map(({ value }) => value);
  await using place = await openWorkplace(loadConfig({ data: folder }, { EBB_BROKERS, EBB_REGISTRY }));
  const read = (model: object) => ({ ...model, inForceFrom: undefined, trainedOn: undefined });
  const byVersion = (all: readonly object[]) => all.map((model) => JSON.stringify(read(model))).sort();
  expect(byVersion(models)).toEqual(byVersion(await appointments(place, scored)));
  expect(models.map(({ version }) => version)).toEqual(expect.arrayContaining(rows.map(({ version }) => version)));
});
