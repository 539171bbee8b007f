import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openEmbeddedLog } from '../log/embedded.ts';
import { testFolder, topicEnds } from './data-folder.testing.ts';
import { ebb, ebbOk, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { tableDifferences } from './same-results.testing.ts';
import { type UnderWay, underWay } from './under-way.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = testFolder();
const calm = join(folder, 'calm');

/** A copy of a shop in which everything has been computed. */
function shopOf(name: string): string {
  const data = join(folder, name);
  cpSync(calm, data, { recursive: true });
  return data;
}

const differences = (data: string) => tableDifferences(join(calm, 'tables.sqlite'), join(data, 'tables.sqlite'));
const run = (data: string) => ebbOk('run', '--shop', 'made-up', '--until-caught-up', '--data', data);

beforeAll(async () => {
  const { file, dataset } = madeUpSales(folder, 4_000);
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--data', calm);
});

/** Positions of a group, by topic and partition. */
async function positionsOf(data: string, group: string): Promise<unknown> {
  await using log = await openEmbeddedLog({ path: join(data, 'log.sqlite') });
  return Object.fromEntries((await log.positions()).get(group) ?? []);
}

async function begunIn(data: string): Promise<UnderWay | undefined> {
  await using log = await openEmbeddedLog({ path: join(data, 'log.sqlite') });
  return await underWay(log, 'made-up');
}

/** Runs `ebb` and kills it with SIGKILL as soon as there is what `seen` looks for. */
async function killedWhen<T>(args: readonly string[], seen: () => Promise<T | undefined | false>): Promise<T> {
  const { child, ended } = startEbb(args);
  for (;;) {
    const found = await seen();
    if (found === undefined || found === false) continue;
    child.kill('SIGKILL');
    expect(await ended).toMatchObject({ stderr: '' });
    return found;
  }
}

describe('a topology that is reset to the start', () => {
  it('is computed anew, together with the one that reads it, and nothing else is', async () => {
    const data = shopOf('start');
    const before = await topicEnds(data);
    const args = ['reset', '--shop', 'made-up', '--topology', 'category-partials', '--to', 'start', '--data', data];
    const { stdout } = await ebbOk(...args, '--dry-run');
    expect(stdout).toContain('With it, since they take in what it writes: category-metrics.');
    expect(await topicEnds(data)).toEqual(before);

    expect(await ebb(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining('Give --yes') });
    await ebbOk(...args, '--yes');
    const gone = Object.keys(before).filter((name) => /^made-up\.category-/.test(name));
    expect(await topicEnds(data)).toEqual(
      Object.fromEntries(Object.entries(before).filter(([name]) => !gone.includes(name))),
    );
    expect(differences(data)).toMatchObject([{ table: 'category_metrics', onlySecond: 0 }]);
    await run(data);
    expect(differences(data)).toEqual([]);
    expect(Object.keys(await topicEnds(data))).toEqual(Object.keys(before));
  });

  it('takes files and everything behind with it when it writes the events', async () => {
    const data = shopOf('events');
    const reset = ['reset', '--shop', 'made-up', '--topology', 'normalise-made-up', '--to', 'start', '--yes'];
    const begun = await killedWhen([...reset, '--data', data], () => begunIn(data));
    expect(await ebb('run', '--shop', 'made-up', '--data', data)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(begun.command),
    });
    await ebbOk(...reset, '--data', data);
    expect(Object.keys(await topicEnds(data)).sort()).toEqual([
      'made-up.datasets',
      'made-up.files.boundaries',
      'made-up.files.dead',
      'made-up.raw.made-up',
      'made-up.sources',
    ]);
    await run(data);
    expect(differences(data)).toEqual([]);
  });
});

describe('a topology that is put back to a moment', () => {
  it('goes on from there to the same results, having written the rest once more', async () => {
    const data = shopOf('moment');
    const before = await topicEnds(data);
    const args = ['reset', '--shop', 'made-up', '--topology', 'client-profiles', '--data', data, '--yes', '--to'];
    await ebbOk(...args, '2024-02-02');
    const positions = await positionsOf(data, 'made-up.client-profiles.v1');
    expect(await topicEnds(data)).toMatchObject({ 'made-up.client-profiles': before['made-up.client-profiles'] });
    expect((await ebbOk(...args, '2024-02-02')).stdout).toContain('Nothing to do');
    await run(data);
    expect(differences(data)).toEqual([]);
    expect((await topicEnds(data))['made-up.client-profiles']).toBeGreaterThan(before['made-up.client-profiles'] ?? 0);

    // The same by offsets.
    const events: unknown = Object.values(positions as object)[0];
    const offsets = (events as readonly number[]).map((offset, partition) => `events/${partition}=${offset}`).join(',');
    await ebbOk(...args, offsets);
    expect(await positionsOf(data, 'made-up.client-profiles.v1')).toEqual(positions);
    await run(data);
    expect(differences(data)).toEqual([]);
  });

  it('gets there when it is killed on the way, and nothing runs before it has', async () => {
    const data = shopOf('killed');
    const reset = ['reset', '--shop', 'made-up', '--topology', 'sessions', '--yes', '--data', data, '--to'];
    const positions = await positionsOf(data, 'made-up.sessions.v1');
    const moved = async () => JSON.stringify(await positionsOf(data, 'made-up.sessions.v1'));
    const begun = await killedWhen([...reset, '2024-02-02T06:00Z'], () => begunIn(data));
    const says = expect.stringContaining(`if \`${begun.command}\` does not run any more, run it again to finish`);
    expect(await ebb('run', '--shop', 'made-up', '--data', data)).toMatchObject({ code: 1, stderr: says });
    expect(await ebb(...reset, 'start')).toMatchObject({ code: 1, stderr: says });

    await killedWhen([...reset, '2024-02-02T06:00Z'], async () => (await moved()) !== JSON.stringify(positions));
    await ebbOk(...reset, '2024-02-02T06:00Z');
    expect(await begunIn(data)).toBeUndefined();
    await run(data);
    expect(differences(data)).toEqual([]);
  });
});

describe('what is refused', () => {
  const reset = (data: string, ...more: readonly string[]) =>
    ebb('reset', '--shop', 'made-up', '--yes', '--data', data, ...more);

  it.each([
    [['--topology', 'client-profiles'], /is what everybody reads: say where/],
    [['--topology', 'nosuch', '--to', 'start'], /has no topology nosuch: the names are/],
    [['--topology', 'normalise-made-up', '--to', '2024-02-02'], /category-partials, .* would take in a second time/],
    [['--topology', 'sessions', '--to', 'events/0=100000000'], /it can go back, not forward/],
    [['--topology', 'sessions', '--to', 'sales/0=1'], /does not read made-up\.sales\/0: it reads made-up\.events/],
    [['--topology', 'sessions', '--to', '2024-02-02', '--version', 'v7'], /sessions v7 has not run/],
    [['--to', 'start'], /add --topology/],
    [['--topology', 'sessions', '--to', 'start', '--all'], /--all is of a whole shop/],
  ])('%j', async (flags, says) => {
    expect(await reset(calm, ...flags)).toMatchObject({ code: 1, stderr: expect.stringMatching(says) });
  });

  it('while the topology runs', async () => {
    const data = shopOf('running');
    await reset(data, '--topology', 'sessions', '--to', 'start');
    const { child, ended } = startEbb(['run', '--shop', 'made-up', '--data', data]);
    while (((await topicEnds(data))['made-up.sessions'] ?? 0) === 0) await sleep(20);
    for (const to of ['start', '2024-02-02'])
      expect(await reset(data, '--topology', 'client-profiles', '--to', to)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('has members that are running'),
      });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
    await run(data);
    expect(differences(data)).toEqual([]);
  });
});
