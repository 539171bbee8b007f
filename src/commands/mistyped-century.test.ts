import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { ebbOk, startEbb } from './ebb.testing.ts';
import { writeOrders } from './made-up-orders.testing.ts';

const folder = testFolder();

/** What a process has logged of trainings, in order. */
function trainingsIn(log: string): readonly { readonly event: string; readonly date: string }[] {
  return log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ event }) => ['training-started', 'models-trained', 'training-failed'].includes(event));
}

it('a purchase of a mistyped century has nothing trained in the quarters after it, in which nobody is', async () => {
  const data = join(folder, 'data');
  const { file, dataset } = writeOrders(folder);
  const [header = '', ...lines] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [header, 'ox,c9999,1900-01-05 12:00:00,9.99', ...lines].join('\n'));
  await ebbOk('replay', file, '--dataset', dataset, '--data', data);
  const run = ['run', '--shop', 'orders', '--data', data, '--until-caught-up'];
  const { code, stderr } = await startEbb(run, '', { EBB_LOG_LEVEL: 'info' }).ended;
  expect(code).toBe(0);
  const trainings = trainingsIn(stderr);
  expect(
    trainings.filter(({ event }) => event !== 'training-failed').map(({ event, date }) => `${event} ${date}`),
  ).toEqual([
    'training-started 2023-09-30',
    'models-trained 2023-09-30',
    'training-started 2023-12-31',
    'models-trained 2023-12-31',
  ]);
  // Told together: they would be five hundred.
  expect(trainings.length).toBeLessThan(20);
}, 480_000);
