import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ebbOk, startEbb } from './ebb.testing.ts';
import { keepAlive } from './kept-alive.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { lakeDifferences, lakeOf, tableDifferences } from './same-results.testing.ts';
import { seeded } from './seeded.testing.ts';
import { copyOut, type Stores, startStores } from './stores.testing.ts';

const shop = 'stores';
const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;

let folder = '';
let stores: Stores;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-stores-'));
  stores = await startStores(join(folder, 'servers'));
}, 600_000);
afterAll(async () => {
  await stores[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}, 60_000);

it('a shop on Kafka lands in MariaDB, MinIO and HDFS once, while its processes and the stores are killed, and leaves them when it is forgotten', {
  timeout: 400_000,
}, async () => {
  const { file, dataset, rows, broken } = madeUpSales(folder, 12_000);
  const calm = join(folder, 'calm');
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--training', '--shop', shop, '--data', calm);
  const data = join(folder, 'data');
  const settings = {
    EBB_BROKERS,
    EBB_REGISTRY,
    EBB_DATA: data,
    EBB_SHOP: shop,
    EBB_LAKE_ROTATION: '1',
    ...stores.settings,
  };
  const ebb = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await startEbb(args, '', { ...settings, EBB_SESSION_TIMEOUT: '6000' }, 240_000)
      .ended;
    expect(code, `ebb ${args.join(' ')}: ${stderr.slice(-4_000)}`).toBe(0);
    return stdout;
  };
  await ebb('db', 'migrate');

  const replaying = ebb('replay', file, '--dataset', dataset, '--speed', '40000x');
  await sleep(3_000);
  const worker = keepAlive({
    args: ['run'],
    settings: { ...settings, EBB_SESSION_TIMEOUT: '6000' },
    ends: false,
    longest: 300_000,
  });
  const random = seeded(7);
  const victims = [stores.mariadb, stores.minio, stores.hdfs.datanode, stores.mariadb, stores.minio];
  let kills = 0;
  for (const victim of victims) {
    await sleep(2_000 + random() * 3_000);
    if (worker.kill()) kills++;
    await sleep(2_000 + random() * 2_000);
    await victim.kill();
    await sleep(random() * 3_000);
    await victim.start();
  }
  await replaying;
  expect((await worker.stop()).code).toBe(0);
  expect(kills).toBeGreaterThan(2);
  const summary = JSON.parse(await ebb('run', '--until-caught-up', '--json'));
  expect(summary).toMatchObject({ events: rows - broken, deadLetters: broken });

  const out = join(folder, 'out');
  expect(await copyOut(stores, out)).toEqual([]);
  expect(tableDifferences(join(calm, 'tables.sqlite'), join(out, 'tables.sqlite'))).toEqual([]);
  expect(await lakeDifferences(calm, out, shop)).toEqual({});
  const { topics } = await lakeOf(out, shop);
  expect(topics.map(({ topic, repeated }) => ({ topic, repeated }))).toEqual(
    [
      ...[
        'category-metrics',
        'category-statistics',
        'churn-scores',
        'client-profiles',
        'events',
        'raw.made-up',
        'segment-metrics',
        'sessions',
      ],
    ].map((topic) => ({ topic, repeated: 0 })),
  );

  await ebb('reset', '--all', '--yes');
  const emptied = join(folder, 'emptied');
  expect(await copyOut(stores, emptied)).toEqual([]);
  expect((await lakeOf(emptied, shop)).topics).toEqual([]);
  expect(JSON.parse(await ebb('query', 'select count(*) as n from ecommerce_events', '--json'))).toEqual([{ n: 0 }]);
});
