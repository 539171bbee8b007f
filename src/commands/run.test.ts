import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEmbeddedLog } from '../log/embedded.ts';
import { query, testFolder, topicEnds } from './data-folder.testing.ts';
import { ebb, ebbOk, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { lakeDifferences, lakeOf, tableDifferences } from './same-results.testing.ts';

const folder = testFolder();
/** A log with raw rows and nothing else. */
const raw = join(folder, 'raw');
const calm = join(folder, 'calm');
const run = ['run', '--shop', 'made-up', '--until-caught-up', '--data'];

beforeAll(async () => {
  const { file, dataset } = madeUpSales(folder, 3_000);
  await ebbOk('replay', file, '--dataset', dataset, '--data', raw);
  cpSync(raw, calm, { recursive: true });
  await ebbOk(...run, calm);
});

/** A copy of the log with raw rows. */
function copied(name: string): string {
  const data = join(folder, name);
  cpSync(raw, data, { recursive: true });
  return data;
}

/** One row when the tables have an event; none before, or while there are no tables. */
const anyEvent = (data: string) => query(data, 'select 1 as one from ecommerce_events limit 1').catch(() => []);

async function expectSame(data: string): Promise<void> {
  expect(tableDifferences(join(calm, 'tables.sqlite'), join(data, 'tables.sqlite'))).toEqual([]);
  expect(await lakeDifferences(calm, data, 'made-up')).toEqual({});
  const { topics, leftovers } = await lakeOf(data, 'made-up');
  expect({ leftovers, repeated: topics.map(({ repeated }) => repeated) }).toEqual({ leftovers: [], repeated: [0, 0] });
}

describe('two processes on one shop', () => {
  it('share its partitions; when one is killed the other finishes', async () => {
    const data = copied('shared');
    const forever = startEbb(['run', '--shop', 'made-up', '--data', data]);
    const until = startEbb([...run, data]);
    // Killed as soon as the tables begin to fill: mid-way.
    while ((await anyEvent(data)).length === 0) await sleep(20);
    forever.child.kill('SIGKILL');
    expect(await until.ended).toMatchObject({ code: 0, stderr: '' });
    await expectSame(data);
  });

  it('compute topologies here and tables there', async () => {
    const data = copied('apart');
    await ebbOk(...run, data, '--no-sinks');
    expect((await ebb('query', 'select 1', '--data', data)).stderr).toContain('there are no tables');
    await ebbOk(...run, data);
    await expectSame(data);
  });
});

it('what was reset is computed again, to the same', async () => {
  const data = copied('reset');
  await ebbOk(...run, data);
  const other = madeUpSales(join(folder, 'other'), 200, 2);
  await ebbOk('replay', other.file, '--dataset', other.dataset, '--shop', 'made_up', '--run', '--data', data);
  const before = await topicEnds(data);
  await ebbOk('reset', '--shop', 'made-up', '--yes', '--data', data);
  expect(await query(data, 'select shop, count(*) as n from ecommerce_events group by shop')).toEqual([
    { shop: 'made_up', n: 200 - other.broken },
  ]);
  expect(await query(data, "select count(*) as n from sink_positions where topic like 'made-up%'")).toEqual([{ n: 0 }]);
  expect(Object.keys(await topicEnds(data)).filter((topic) => topic.startsWith('made-up.'))).toEqual([
    'made-up.datasets',
    'made-up.raw.made-up',
    'made-up.sources',
  ]);

  await ebbOk(...run, data);
  expect(await topicEnds(data)).toMatchObject({ 'made-up.events': before['made-up.events'] });
  const positions = 'select sink, topic, topic_partition from sink_positions where topic like ';
  const mine = await query(data, `${positions} 'made-up.%'`);
  expect(mine).not.toEqual([]);
  await ebbOk('reset', '--shop', 'made_up', '--all', '--yes', '--data', data);
  expect(await query(data, `${positions} 'made-up.%'`)).toEqual(mine);
  await expectSame(data);
});

it('nothing is reset under a process that runs', async () => {
  const data = copied('running');
  const { child, ended } = startEbb(['run', '--shop', 'made-up', '--data', data]);
  while ((await anyEvent(data)).length === 0) await sleep(20);
  const { code, stderr } = await ebb('reset', '--shop', 'made-up', '--yes', '--data', data);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('stop them first') });
  expect(await anyEvent(data)).not.toEqual([]);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
  await ebbOk(...run, data);
  await expectSame(data);
});

describe('what cannot go on ends everything with its message and exit code 1', () => {
  it('tables that are no database', async () => {
    const data = copied('no-database');
    writeFileSync(join(data, 'tables.sqlite'), 'this is not a database, whatever its name says\n'.repeat(100));
    const { code, stderr } = await ebb(...run, data);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^ebb: .*tables\.sqlite.*not a database/),
    });
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('a folder of files that is a file', async () => {
    const data = copied('no-folder');
    writeFileSync(join(data, 'lake'), '');
    const { code, stderr } = await ebb(...run, data);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^ebb: .*lake/) });
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('a state that cannot be read', async () => {
    const data = copied('no-state');
    await ebbOk(...run, data, '--no-sinks');
    {
      await using log = await openEmbeddedLog({ path: join(data, 'log.sqlite') });
      const record = { key: Buffer.from('visits/c1'), value: Buffer.from('neither Avro nor framed') };
      await log.append([{ topic: 'made-up.sessions.state', partition: 2, records: [record] }]);
    }
    const { code, stderr } = await ebb(...run, data);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^ebb: .*sessions/) });
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
