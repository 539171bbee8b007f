import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEmbeddedLog } from '../log/embedded.ts';
import { query, testFolder, topicEnds } from './data-folder.testing.ts';
import { ebb, ebbOk } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';

const folder = testFolder();
const data = join(folder, 'data');
const counted = 'select count(*) as n from ecommerce_events';

/** What a reset that is killed after its first steps leaves: the marker, and everything but the positions. */
async function cutShort(marker: string): Promise<void> {
  await using log = await openEmbeddedLog({ path: join(data, 'log.sqlite') });
  await log.create([{ name: marker, partitions: 1, cleanup: 'compact' }]);
  const groups = [...(await log.positions()).keys()];
  await log.forget(groups.filter((group) => !group.startsWith('made-up.source.')));
}

it('keeps everybody out after a reset that was cut short, until it is finished', async () => {
  const { file, dataset } = madeUpSales(folder, 100);
  const replay = ['replay', file, '--dataset', dataset, '--run'];
  await ebbOk(...replay, '--data', data);
  const before = await query(data, counted);

  await cutShort('made-up.reset-under-way');
  for (const command of [['run', '--until-caught-up'], replay, ['up', '--for', '1s'], ['generate', '--count', '1']]) {
    const { code, stderr } = await ebb(...command, '--shop', 'made-up', '--data', data);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'ebb: shop made-up is being reset: run `ebb reset --shop made-up --yes` again to finish\n',
    });
  }
  await ebbOk('reset', '--shop', 'made-up', '--yes', '--data', data);
  await ebbOk('run', '--shop', 'made-up', '--until-caught-up', '--data', data);
  expect(await query(data, counted)).toEqual(before);
});

it('finishes as it began: with the raw data, when they were to go', async () => {
  await cutShort('made-up.reset-all-under-way');
  const { code, stderr } = await ebb('reset', '--shop', 'made-up', '--yes', '--data', data);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('--shop made-up --all --yes') });
  await ebbOk('reset', '--shop', 'made-up', '--all', '--yes', '--data', data);
  expect(await topicEnds(data)).toEqual({});
});
