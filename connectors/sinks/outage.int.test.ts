/** Stores that are away for long: each holds up what goes into it, and nothing else. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Controls } from '../../scripts/stack/controls.ts';
import { type Hdfs, startHdfs } from '../../scripts/stack/hdfs.ts';
import { type Minio, startMinio } from '../../scripts/stack/minio.ts';
import { fileStore } from './contract-local.ts';
import { mariadbStore } from './contract-mariadb.ts';
import { appendPurchases, caughtUp, limits, runToTheEnd, type Shop, shop as shopName } from './contract-shop.ts';
import { count, expected, newFolder, shopIn } from './contract-start.ts';
import type { ContractStore } from './contract-store.ts';
import { hdfsStore } from './hdfs.testing.ts';
import { serverOfTests } from './mariadb-server.testing.ts';
import { minioStore } from './minio.testing.ts';
import { runSink } from './runner.ts';

const mariadb = serverOfTests();
let dir = '';
let minio: Minio;
let hdfs: Hdfs;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-outage-'));
  [minio, hdfs] = await Promise.all([startMinio({ dir: join(dir, 'minio') }), startHdfs({ dir: join(dir, 'hdfs') })]);
});
afterAll(async () => {
  await Promise.all([minio.close(), hdfs.close()]);
  await rm(dir, { recursive: true, force: true });
});

const stores: readonly (readonly [store: ContractStore, servers: () => readonly Controls[]])[] = [
  [mariadbStore(mariadb.server), () => [mariadb.mariadb()]],
  [minioStore(() => minio), () => [minio]],
  [hdfsStore(() => hdfs.url), () => [hdfs.namenode, hdfs.datanode]],
];

const minute = 60_000;

interface Carried {
  /** What each try failed with. */
  readonly codes: readonly unknown[];
  /** Resolves when it has written something. */
  readonly begun: Promise<void>;
  /** Resolves when it has written all that the shop has. */
  caughtUp(): Promise<void>;
}

/** Carries a shop's events into a store, in small ranges, until they are there. */
async function carried(store: ContractStore, folder: string, shop: Shop): Promise<Carried> {
  const sink = await store.open(folder);
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const codes: unknown[] = [];
  const running = runSink({
    ...{ ...shop, shop: shopName, sink, topics: ['events'], signal: stop.signal, limits },
    onProgress: () => begun.resolve(),
    onRetry: (_at, error) => codes.push(error instanceof Error && 'code' in error && error.code),
  }).finally(() => stop.abort());
  return {
    codes,
    begun: Promise.race([begun.promise, running]),
    async caughtUp() {
      while (!stop.signal.aborted && !(await caughtUp(shop.log, store.name))) await delay(20);
      stop.abort();
      await running;
      await sink[Symbol.asyncDispose]();
    },
  };
}

it('each may be away for a minute while other sinks go on, and has every record once afterwards', {
  timeout: 360_000,
}, async () => {
  const folder = await newFolder();
  await using shop = await shopIn(folder);
  await appendPurchases(shop, 0, count / 2);
  const runs = await Promise.all(stores.map(([store]) => carried(store, folder, shop)));
  await Promise.all(runs.map(({ begun }) => begun));

  const servers = stores.flatMap(([, controls]) => controls());
  await Promise.all(servers.map((server) => server.kill()));
  const back = delay(minute);
  await appendPurchases(shop, count / 2, count);
  await using files = await fileStore.open(folder);
  await runToTheEnd(shop, files);
  expect([...(await fileStore.eventIds(folder))].sort()).toEqual(expected);
  await back;
  for (const [index, [{ name }]] of stores.entries())
    expect(new Set(runs[index]?.codes), name).toEqual(new Set(['UNAVAILABLE']));

  await Promise.all(servers.map((server) => server.start()));
  for (const [index, [store]] of stores.entries()) {
    await runs[index]?.caughtUp();
    expect([...(await store.eventIds(folder))].sort(), store.name).toEqual(expected);
  }
});
