import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ebbOk } from './ebb.testing.ts';
import { runKilled } from './kills.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { lakeDifferences, lakeOf, tableDifferences } from './same-results.testing.ts';
import { seeded } from './seeded.testing.ts';

const KILLS = 5;
const SEED = 3;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-killed-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('a replay killed at random instants leaves the tables and files of one that was not', {
  timeout: 180_000,
}, async () => {
  const { file, dataset, rows, broken } = madeUpSales(folder, 12_000);
  const [calm, killed] = [join(folder, 'calm'), join(folder, 'killed')];
  const args = ['replay', file, '--dataset', dataset, '--run', '--json', '--data'];
  const began = performance.now();
  await ebbOk(...args, calm);

  const run = await runKilled({
    args: [...args, killed],
    kills: KILLS,
    calm: performance.now() - began,
    random: seeded(SEED),
  });

  expect(run.kills.length).toBeGreaterThan(KILLS / 2);
  expect(JSON.parse(run.stdout)).toMatchObject({ source: { rows }, events: rows - broken, deadLetters: broken });
  expect(tableDifferences(join(calm, 'tables.sqlite'), join(killed, 'tables.sqlite'))).toEqual([]);
  expect(await lakeDifferences(calm, killed, 'made-up')).toEqual({});
  const { topics, leftovers } = await lakeOf(killed, 'made-up');
  expect(leftovers).toEqual([]);
  expect(topics.map(({ topic, repeated }) => ({ topic, repeated }))).toEqual([
    { topic: 'events', repeated: 0 },
    { topic: 'raw.made-up', repeated: 0 },
  ]);
});
