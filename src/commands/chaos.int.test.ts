import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chaos } from './chaos.testing.ts';
import { ebbOk } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { lakeDifferences, lakeOf, tableDifferences } from './same-results.testing.ts';
import { seeded } from './seeded.testing.ts';

const SEED = 5;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-chaos-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('processes and brokers that are killed, restarted and frozen leave the tables and files of a calm run on the embedded log', {
  timeout: 400_000,
}, async () => {
  const { file, dataset, rows, broken } = madeUpSales(folder, 12_000);
  const calm = join(folder, 'calm');
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--training', '--data', calm);

  const run = await chaos({
    folder,
    file,
    dataset,
    shop: 'made-up',
    partitions: 4,
    speed: '18000x',
    workers: 3,
    counts: {
      'worker killed': 10,
      'worker frozen': 1,
      'source killed': 1,
      'broker killed': 1,
      'broker restarted': 1,
      'broker frozen': 0,
    },
    pause: 2_000,
    freeze: 9_000,
    random: seeded(SEED),
  });

  expect(run.counts['worker killed']).toBeGreaterThan(5);
  expect(JSON.parse(run.summary)).toMatchObject({ events: rows - broken, deadLetters: broken });
  expect(tableDifferences(join(calm, 'tables.sqlite'), join(run.data, 'tables.sqlite'))).toEqual([]);
  expect(await lakeDifferences(calm, run.data, 'made-up')).toEqual({});
  const { topics, leftovers } = await lakeOf(run.data, 'made-up');
  expect(leftovers).toEqual([]);
  expect(topics.map(({ topic, rows: held, repeated }) => ({ topic, held, repeated }))).toEqual([
    { topic: 'events', held: rows - broken, repeated: 0 },
    { topic: 'raw.made-up', held: rows, repeated: 0 },
  ]);
});
