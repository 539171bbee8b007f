import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../datasets/civil.ts';
import { configOf } from './command.ts';
import { testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk, startEbb } from './ebb.testing.ts';
import { writeOrders } from './made-up-orders.testing.ts';
import { ExamplesIndex } from './train/examples-index.ts';
import { readTrainer } from './train/models-topic.ts';
import { scheduledTraining } from './train/scheduled-training.ts';
import { openWorkplace } from './workplace.ts';

const folder = testFolder();
const calm = join(folder, 'calm');
const { file, dataset } = writeOrders(folder);

/** The end of the first quarter after which there are days enough. */
const firstTraining = Date.UTC(2023, 9, 1);

interface Known {
  readonly version: string;
  readonly role: string;
  readonly kind: string;
  readonly inForceFrom: number;
  readonly evaluation: { readonly testedOn: string };
}

const replay = (data: string, ...flags: readonly string[]) => [
  'replay',
  file,
  '--dataset',
  dataset,
  '--run',
  '--data',
  data,
  ...flags,
];

async function modelsOf(data: string): Promise<readonly Known[]> {
  const { stdout } = await ebbOk('models', '--shop', 'orders', '--data', data, '--json');
  const models: readonly Known[] = JSON.parse(stdout);
  return models.map(({ version, role, kind, inForceFrom, evaluation }) => ({
    ...{ version, role, kind, inForceFrom, evaluation },
  }));
}

beforeAll(async () => {
  await ebbOk(...replay(calm, '--training'));
}, 240_000);

describe('models that a replay trains on its way', () => {
  it('are in force from the ends of quarters, as soon as there are days enough', async () => {
    const champions = (await modelsOf(calm)).filter(({ role }) => role !== 'RETIRED');
    expect(champions).toHaveLength(4);
    expect(champions.filter(({ role }) => role === 'CHAMPION')).toHaveLength(1);
    expect(champions[0]?.inForceFrom).toBe(Date.UTC(2024, 0, 1));
    const tested = new Set((await modelsOf(calm)).map(({ evaluation }) => evaluation.testedOn));
    expect([...tested].sort()).toEqual(['2023-06-30', '2023-09-30']);
  });

  it('are the same when the replay is killed, and none is trained twice', async () => {
    const data = join(folder, 'killed');
    for (let kills = 0; kills < 3; kills++) {
      const { child, ended } = startEbb(replay(data, '--training'));
      const running = { alive: true };
      ended.then(() => (running.alive = false));
      // Somewhere in the first training, in the second, and after.
      while (running.alive && (await modelsOf(data).catch(() => [])).length < 4 * kills) await sleep(50);
      await sleep(700);
      child.kill('SIGKILL');
      await ended;
    }
    await ebbOk(...replay(data, '--training'));
    expect(await modelsOf(data)).toEqual(await modelsOf(calm));
  }, 240_000);

  it.each([0, 400])(
    'are the same when it is asked to stop %d ms into a training',
    async (into) => {
      const data = join(folder, `stopped-${into}`);
      await ebbOk(...replay(data));
      const run = ['run', '--shop', 'orders', '--data', data, '--until-caught-up'];
      const { child, ended } = startEbb(run);
      {
        await using place = await openWorkplace(configOf({ data }));
        // Until then there are too few days to learn from.
        const decidedBy = async () => (await readTrainer(place, 'orders').catch(() => undefined))?.decided ?? 0;
        while ((await decidedBy()) < firstTraining) await sleep(5);
        await sleep(into);
        child.kill('SIGTERM');
        expect(await ended).toMatchObject({ code: 0, stderr: '' });
        const { decided } = await readTrainer(place, 'orders');
        const hasModels = (await ebb('models', '--shop', 'orders', '--data', data)).code === 0;
        expect(hasModels).toBe(decided !== firstTraining);
      }
      await ebbOk(...run);
      expect(await modelsOf(data)).toEqual(await modelsOf(calm));
    },
    120_000,
  );

  it('come later, to the same, where none were wanted at first', async () => {
    const data = join(folder, 'later');
    await ebbOk(...replay(data));
    expect(await ebb('models', '--shop', 'orders', '--data', data)).toMatchObject({
      code: 1,
      stderr: 'ebb: shop orders has no models yet: `ebb train --shop orders` trains some\n',
    });
    await ebbOk('run', '--shop', 'orders', '--data', data, '--until-caught-up');
    expect(await modelsOf(data)).toEqual(await modelsOf(calm));
  }, 120_000);
});

it('a training that is broken off while it reads has not failed', async () => {
  await using place = await openWorkplace(configOf({ data: calm }));
  const stopped = new AbortController();
  const topic = 'orders.churn-examples';
  const examples = await ExamplesIndex.open(place, topic);
  for await (const batch of place.log.read({ topic, from: 'start', to: 'end' })) await examples.take(batch);
  const day = Date.UTC(2024, 0, 1) / DAY - 1;
  const training = scheduledTraining({
    ...{ place, shop: 'orders', day, at: (day + 1) * DAY, examples, signal: stopped.signal },
    verdicts: async () => [],
  });
  stopped.abort();
  await expect(training).rejects.toBe(stopped.signal.reason);
});

it('where another process trains, one that is to train nothing gets its scores all the same', async () => {
  const data = join(folder, 'beside');
  cpSync(calm, data, { recursive: true });
  const run = ['run', '--shop', 'orders', '--data', data];
  const trains = startEbb(run);
  {
    await using place = await openWorkplace(configOf({ data }));
    const owners = async () =>
      (await place.log.members()).get('orders.trainer')?.flatMap(({ partitions }) => partitions);
    while ((await owners())?.length !== 1) await sleep(20);
    await ebbOk(...run, '--no-training', '--until-caught-up');
    expect((await readTrainer(place, 'orders')).isOpen).toBe(true);
  }
  trains.child.kill('SIGTERM');
  expect(await trains.ended).toMatchObject({ code: 0 });
}, 60_000);

it('scores do not wait for models where no examples are computed', async () => {
  const data = join(folder, 'scores');
  cpSync(calm, data, { recursive: true });
  await ebbOk('run', 'churn-scores', '--shop', 'orders', '--data', data, '--until-caught-up', '--no-sinks');
}, 60_000);
