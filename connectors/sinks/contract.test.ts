import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it, onTestFinished } from 'vitest';
import { openEmbeddedLog } from '../../src/log/embedded.ts';
import { sinkContract } from './contract.ts';
import { appendPurchases, limits, openShop, openSink, partitions, runToTheEnd } from './contract-shop.ts';

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

it('fills a database that was deleted again, as the store knows its position and the group does not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-sink-contract-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await using shop = await openShop(folder, await openEmbeddedLog({ path: join(folder, 'log.db') }));
  await appendPurchases(shop, 0, 600);
  for (let time = 0; time < 2; time++) {
    {
      await using sink = openSink('sqlite', folder);
      await runToTheEnd(shop, sink, { limits: { ...limits, records: 2, atOnce: 1 } }, partitions);
    }
    expect((await rows(folder)).length).toBe(600);
    await Promise.all(['', '-wal', '-shm'].map((end) => rm(join(folder, `tables.db${end}`), { force: true })));
  }
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
