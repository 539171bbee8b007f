import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openEmbeddedLog } from '../../src/log/embedded.ts';
import { sinkContract } from './contract.ts';
import { fileStore, sqliteStore, tablesIn } from './contract-local.ts';
import { appendPurchases, limits, openShop, partitions, runToTheEnd } from './contract-shop.ts';
import { type RunSinkOptions, runSink, sinkGroup } from './runner.ts';

sinkContract(sqliteStore);

it('fills a database that was deleted again, whose lag is true as soon as a partition is taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-sink-contract-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await using shop = await openShop(folder, await openEmbeddedLog({ path: join(folder, 'log.db') }));
  await appendPurchases(shop, 0, 30);
  const run = async (changes: Partial<RunSinkOptions> = {}) => {
    await using sink = await sqliteStore.open(folder);
    await runToTheEnd(shop, sink, changes, partitions);
  };
  await run();
  await Promise.all(['', '-wal', '-shm'].map((end) => rm(tablesIn(folder) + end, { force: true })));

  const stop = new AbortController();
  const taken: number[] = [];
  const onTaken = (_topic: string, partition: number) => {
    taken.push(partition);
    stop.abort();
  };
  await using emptied = await sqliteStore.open(folder);
  await runSink({ ...shop, shop: 'demo', sink: emptied, topics: ['events'], signal: stop.signal, limits, onTaken });
  const positions = (await shop.log.positions()).get(sinkGroup('demo', 'sqlite', 'events'))?.get('demo.events');
  expect(taken.map((partition) => positions?.[partition])).toEqual(taken.map(() => 0));
  expect(taken).not.toEqual([]);

  await run();
  expect((await sqliteStore.eventIds(folder)).length).toBe(30);
});

sinkContract(fileStore);
