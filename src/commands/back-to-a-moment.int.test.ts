import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import { openKafkaLog } from '../log/kafka.ts';
import type { Log } from '../log/log.ts';
import { testFolder } from './data-folder.testing.ts';
import { type Ended, ebbOk, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { tableDifferences } from './same-results.testing.ts';
import { underWay } from './under-way.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;
const folder = testFolder();
/** The same on the embedded log, undisturbed. */
const calm = join(folder, 'calm');
const data = join(folder, 'kafka');
const shop = `moment-${process.pid}`;

const started = (...args: readonly string[]) =>
  startEbb([...args, '--shop', shop, '--data', data], '', { EBB_BROKERS, EBB_REGISTRY });
const inShop = (...args: readonly string[]): Promise<Ended> => started(...args).ended;

async function inShopOk(...args: readonly string[]): Promise<Ended> {
  const ended = await inShop(...args);
  expect(ended.code, `${args.join(' ')}: ${ended.stdout}${ended.stderr}`).toBe(0);
  return ended;
}

const run = () => inShopOk('run', '--until-caught-up');
const differences = () => tableDifferences(join(calm, 'tables.sqlite'), join(data, 'tables.sqlite'));

/** Runs `ebb` and kills it with SIGKILL as soon as `seen` says so. */
async function killedWhen(args: readonly string[], seen: (log: Log) => Promise<boolean>): Promise<void> {
  const { child, ended } = started(...args);
  await using log = openKafkaLog({ brokers: EBB_BROKERS.split(',') });
  while (child.exitCode === null && !(await seen(log)));
  child.kill('SIGKILL');
  expect(await ended).toMatchObject({ code: null });
}

/** It has begun to change the shop. */
const begun = async (log: Log): Promise<boolean> => (await underWay(log, shop)) !== undefined;

beforeAll(async () => {
  const { file, dataset } = madeUpSales(folder, 3_000);
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--shop', shop, '--data', calm);
  await inShopOk('replay', file, '--dataset', dataset, '--run');
  expect(differences()).toEqual([]);
});

it('a topology that is reset to the start is computed anew, with the one that reads it', async () => {
  await inShopOk('reset', '--topology', 'category-partials', '--to', 'start', '--yes');
  expect(differences()).toMatchObject([{ table: 'category_metrics', onlySecond: 0 }]);
  await run();
  expect(differences()).toEqual([]);
});

it('a topology that is reset to a moment goes on from there, also when the reset was killed on its way', async () => {
  const reset = ['reset', '--topology', 'client-profiles', '--to', '2024-02-02', '--yes'];
  await killedWhen(reset, begun);
  expect(await inShop('run')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('does not run any more, run it again to finish'),
  });
  await inShopOk(...reset);
  expect((await inShopOk(...reset)).stdout).toContain('Nothing to do');
  await run();
  expect(differences()).toEqual([]);
});

it('a version is computed beside the one in force, compared, put in its place, and back', async () => {
  const reprocess = ['reprocess', 'category-metrics', '--as', 'v2'];
  await killedWhen([...reprocess, '--commit-interval', '1'], async (log) =>
    (await log.topics()).some(
      ({ name, offsets }) => name === `${shop}.category-metrics.v2` && offsets.some(({ end }) => end > 0),
    ),
  );
  await inShopOk(...reprocess);
  expect(await inShop('diff', 'category-metrics')).toMatchObject({ code: 0 });
  await killedWhen(['promote', 'category-metrics', '--to', 'v2', '--yes'], begun);
  await inShopOk('promote', 'category-metrics', '--to', 'v2', '--yes');
  expect(differences()).toEqual([]);
  expect((await run()).stderr).toContain('category-metrics is not run: its code is v1, and everybody reads v2.');
  await inShopOk('promote', 'category-metrics', '--to', 'v1', '--yes');
  await run();
  expect(differences()).toEqual([]);
});
