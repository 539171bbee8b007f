import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it, onTestFinished } from 'vitest';
import { openEmbeddedLog } from '../../src/log/embedded.ts';
import { sinkContract } from './contract.ts';
import { appendPurchases, limits, openShop, openSink, partitions, runToTheEnd } from './contract-shop.ts';
import { type RunSinkOptions, runSink, sinkGroup } from './runner.ts';

sinkContract('sqlite', rows);

async function rows(folder: string): Promise<readonly string[]> {
  const database = new DatabaseSync(join(folder, 'tables.db'));
  try {
    return database
      .prepare('select event_id as id from ecommerce_events')
      .all()
      .map((row) => String(row.id));
  } finally {
    database.close();
  }
}

it('fills a database that was deleted again, whose lag is true as soon as a partition is taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-sink-contract-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await using shop = await openShop(folder, await openEmbeddedLog({ path: join(folder, 'log.db') }));
  await appendPurchases(shop, 0, 30);
  const run = async (changes: Partial<RunSinkOptions> = {}) => {
    await using sink = openSink('sqlite', folder);
    await runToTheEnd(shop, sink, changes, partitions);
  };
  await run();
  await Promise.all(['', '-wal', '-shm'].map((end) => rm(join(folder, `tables.db${end}`), { force: true })));

  const stop = new AbortController();
  const taken: number[] = [];
  const onTaken = (_topic: string, partition: number) => {
    taken.push(partition);
    stop.abort();
  };
  await using emptied = openSink('sqlite', folder);
  await runSink({ ...shop, shop: 'demo', sink: emptied, topics: ['events'], signal: stop.signal, limits, onTaken });
  const positions = (await shop.log.positions()).get(sinkGroup('demo', 'sqlite', 'events'))?.get('demo.events');
  expect(taken.map((partition) => positions?.[partition])).toEqual(taken.map(() => 0));
  expect(taken).not.toEqual([]);

  await run();
  expect((await rows(folder)).length).toBe(30);
});

sinkContract('files', async (folder) => {
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    const sql = `select eventId as id from read_parquet('${join(folder, 'files')}/demo/events/*/*.parquet')`;
    return (await connection.runAndReadAll(sql)).getRowObjects().map((row) => String(row.id));
  } finally {
    connection.closeSync();
  }
});
