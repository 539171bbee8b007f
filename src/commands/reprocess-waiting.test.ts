import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { configOf } from './command.ts';
import { testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk, startEbb } from './ebb.testing.ts';
import { inForceFrom, scoredShop } from './scored-shop.testing.ts';
import { openModelsWriter } from './train/models-topic.ts';
import { openWorkplace } from './workplace.ts';

const data = join(testFolder(), 'data');
const reprocess = ['reprocess', 'churn-scores', '--as', 'v2', '--data', data];
const says =
  /churn-scores waits for trainings that are due: which models hold from 2024-07-01.* is not decided, and nobody trains\. `ebb run --shop demo`/;

/** A shop whose trainer was killed in the midst of its trainings. */
beforeAll(async () => {
  await scoredShop(data, 'demo');
  await using place = await openWorkplace(configOf({ data }));
  await place.log.append((await openModelsWriter(place, 'demo')).tick(inForceFrom));
}, 240_000);

it('scoring again ends with what it waits for, where trainings are due and nobody trains', async () => {
  expect(await ebb(...reprocess)).toMatchObject({ code: 1, stderr: expect.stringMatching(says) });
}, 60_000);

it('scoring again says so and goes on, where it is to follow', async () => {
  const { child, ended, output } = startEbb([...reprocess, '--follow']);
  await expect.poll(() => output.stderr, { timeout: 40_000 }).toMatch(says);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0 });
}, 60_000);

it('scoring again goes on from there when somebody has said that nobody trains', async () => {
  await ebbOk('run', '--until-caught-up', '--no-training', '--data', data);
  await ebbOk(...reprocess);
}, 120_000);
