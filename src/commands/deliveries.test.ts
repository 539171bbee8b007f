import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { loadDescriptor } from '../../datasets/load.ts';
import { openEmbeddedRegistry } from '../avro/embedded-registry.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import { partitionOf } from '../log/partition.ts';
import { query, testFolder } from './data-folder.testing.ts';
import { ebbOk } from './ebb.testing.ts';
import { type MadeUpSales, madeUpSales } from './made-up-sales.testing.ts';
import { killedAt, type Produced, rowsByNifi } from './nifi-part.testing.ts';
import { tableDifferences } from './same-results.testing.ts';

const folder = testFolder();
const replayed = join(folder, 'replayed');
const created = join(folder, 'created');
let sales: MadeUpSales;
let rows: readonly Produced[];

beforeAll(async () => {
  sales = madeUpSales(folder, 1_500);
  await ebbOk('replay', sales.file, '--dataset', sales.dataset, '--run', '--data', replayed);
  await ebbOk('topics', 'create', '--dataset', sales.dataset, '--data', created);
  await using registry = await openEmbeddedRegistry({ path: join(created, 'log.sqlite') });
  rows = await rowsByNifi(registry, 'made-up', await loadDescriptor(sales.dataset), sales.file);
});

/** A directory where nothing has been delivered yet. */
function fresh(name: string): string {
  const data = join(folder, name);
  cpSync(created, data, { recursive: true });
  return data;
}

async function deliver(data: string, records: readonly Produced[]): Promise<void> {
  await using log = await openEmbeddedLog({ path: join(data, 'log.sqlite') });
  const appends = [0, 1, 2, 3].map((partition) => ({
    topic: 'made-up.raw.made-up',
    partition,
    records: records
      .filter(({ key }) => partitionOf(key, 4) === partition)
      .map(({ key, value }) => ({ key: Buffer.from(key), value })),
  }));
  await log.append(appends.filter((append) => append.records.length > 0));
}

const run = (data: string) => ebbOk('run', '--shop', 'made-up', '--until-caught-up', '--no-training', '--data', data);

/** Tables that are not those of a replay. Why a row is no event is told otherwise: NiFi fills up rows that are too short. */
const differing = (data: string) =>
  tableDifferences(join(replayed, 'tables.sqlite'), join(data, 'tables.sqlite')).filter(
    ({ table }) => table !== 'dead_letters',
  );

it('gives the tables of a replay for a file that was delivered in pieces, with repeats and from the start again', async () => {
  const data = fresh('killed');
  await deliver(data, killedAt(rows, 10, 900, 400));
  await run(data);
  expect(differing(data)).toEqual([]);
  expect(await query(data, 'select count(*) as n from dead_letters')).toEqual([{ n: sales.broken }]);
});

it('holds everything open until the last row is there, and closes it then', async () => {
  const data = fresh('cut-off');
  await deliver(data, rows.slice(0, 1_000));
  await run(data);
  const complete = 'select count(*) as n from category_metrics where complete = 1';
  expect(await query(data, complete)).toEqual([{ n: 0 }]);
  await deliver(data, killedAt(rows, 500));
  await run(data);
  expect(differing(data)).toEqual([]);
});

it('takes a file that is delivered once more for the same, even when Ebb replays it', async () => {
  const data = fresh('twice');
  await deliver(data, rows);
  await run(data);
  await deliver(data, rows);
  const again = await ebbOk('replay', sales.file, '--dataset', sales.dataset, '--run', '--data', data);
  expect(again.stdout).toContain('already in shop made-up (1,500 rows); nothing was added');
  expect(differing(data)).toEqual([]);
});

it('goes on behind a file that Ebb has replayed', async () => {
  const data = fresh('both');
  await ebbOk('replay', sales.file, '--dataset', sales.dataset, '--run', '--data', data);
  await deliver(data, rows);
  await run(data);
  expect(differing(data)).toEqual([]);
});
