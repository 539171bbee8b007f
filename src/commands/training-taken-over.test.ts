import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { Leases } from '../log/leases.ts';
import { testFolder } from './data-folder.testing.ts';
import { trainingUnderWay, undisturbed } from './training-under-way.testing.ts';

const folder = testFolder();

it('a training whose process is given up by the others while it goes on is done by one of them, and lands once', async () => {
  const calm = await undisturbed(folder);
  const data = join(folder, 'given-up');
  await using training = await trainingUnderWay(folder, 'orders', { EBB_DATA: data });
  giveUp(join(data, 'log.sqlite'), training.trains.child.pid);
  expect(await training.committed()).toBe(false);
  expect(await training.finish()).toEqual(calm);
}, 240_000);

/** What others do when a process is silent for too long. */
function giveUp(file: string, pid = 0): void {
  using database = new DatabaseSync(file, { timeout: 10_000 });
  const leases = new Leases(database);
  database.exec('begin immediate');
  const process = database.prepare('select id from processes where pid = ? order by id desc').get(pid)?.id;
  leases.remove(Number(process));
  database.exec('commit');
}
