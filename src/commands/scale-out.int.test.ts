import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { ebbOk, type Started, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { lakeDifferences, tableDifferences } from './same-results.testing.ts';

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;
const folder = testFolder();
const shop = `scale-${process.pid}`;
const calm = join(folder, 'calm');
const data = join(folder, 'kafka');

/** ms between changes: longer than a rebalance takes. */
const beat = 5_000;

it('one process, two, four, one killed and one stopped while data flow leave what one leaves by itself', {
  timeout: 240_000,
}, async () => {
  const { file, dataset } = madeUpSales(folder, 20_000, 3);
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--training', '--shop', shop, '--data', calm);

  const settings = { EBB_BROKERS, EBB_REGISTRY, EBB_SHOP: shop, EBB_DATA: data, EBB_SESSION_TIMEOUT: '6000' };
  const start = (...args: readonly string[]): Started => startEbb(args, '', settings);
  // 14 days of event time in about 28 s.
  const source = start('replay', file, '--dataset', dataset, '--speed', '43000x');
  while (!(await start('topics', '--json').ended).stdout.includes(`${shop}.raw.`)) await sleep(200);
  const workers = [start('run')];
  await sleep(beat);
  workers.push(start('run'));
  await sleep(beat);
  workers.push(start('run'), start('run'));
  let members = await groupMembers(settings);
  // How long they take to start is the machine's affair.
  while (members.length < workers.length || members.some(({ length }) => length !== 1))
    members = await groupMembers(settings);
  const [killed, stopped, ...others] = workers;
  killed?.child.kill('SIGKILL');
  await sleep(beat);
  stopped?.child.kill('SIGTERM');
  expect(await source.ended).toMatchObject({ code: 0 });
  for (const { child } of others) child.kill('SIGTERM');
  for (const { ended } of [...others, ...(stopped === undefined ? [] : [stopped])])
    expect(await ended).toMatchObject({ code: 0 });
  expect(await start('run', '--until-caught-up').ended).toMatchObject({ code: 0 });

  // Four partitions, four processes: each had one.
  expect(members).toEqual([[0], [1], [2], [3]]);
  expect(tableDifferences(join(calm, 'tables.sqlite'), join(data, 'tables.sqlite'))).toEqual([]);
  expect(await lakeDifferences(calm, data, shop)).toEqual({});
});

/** Partitions of each member of a topology's group. */
async function groupMembers(settings: Readonly<Record<string, string>>): Promise<readonly (readonly number[])[]> {
  const { stdout } = await startEbb(['topics', '--lag', '--json'], '', settings).ended;
  const groups: readonly { readonly group: string; readonly members: readonly { readonly partitions: number[] }[] }[] =
    JSON.parse(stdout);
  const found = groups.find(({ group }) => group === `${shop}.sessions.v1`);
  return (found?.members ?? []).map(({ partitions }) => partitions).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}
