import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { query, testFolder, topicEnds } from './data-folder.testing.ts';
import { ebb, ebbOk, startEbb } from './ebb.testing.ts';
import { type MadeUpSales, madeUpSales } from './made-up-sales.testing.ts';
import { tableDifferences } from './same-results.testing.ts';

const folder = testFolder();
const calm = join(folder, 'calm');
let sales: MadeUpSales;
let args: readonly string[];

beforeAll(async () => {
  sales = madeUpSales(folder, 2_000);
  args = ['replay', sales.file, '--dataset', sales.dataset, '--json', '--data'];
  await ebbOk(...args, calm, '--run');
});

/** Differences between a data directory's tables and those of the undisturbed replay. */
const fromCalm = (data: string) => tableDifferences(join(calm, 'tables.sqlite'), join(data, 'tables.sqlite'));

describe('a file that is already in the log', () => {
  it('is noticed and changes nothing', async () => {
    const before = await topicEnds(calm);
    const again = await ebbOk('replay', sales.file, '--dataset', sales.dataset, '--run', '--data', calm);
    expect(again.stdout).toContain('already in shop made-up (2,000 rows); nothing was added');
    expect(await topicEnds(calm)).toEqual(before);
  });

  it('comes in once more with --again, as events of its own', async () => {
    const data = join(folder, 'again');
    await ebbOk(...args, data, '--run');
    const { stdout } = await ebbOk(...args, data, '--run', '--again');
    expect(JSON.parse(stdout)).toMatchObject({
      source: { written: sales.rows },
      events: 2 * (sales.rows - sales.broken),
    });
    expect(await query(data, 'select count(distinct event_id) as n from ecommerce_events')).toEqual([
      { n: 2 * (sales.rows - sales.broken) },
    ]);
  });

  it('keeps the partitions that its topics have', async () => {
    const again = await ebbOk(...args, calm, '--run', '--partitions', '3');
    expect(JSON.parse(again.stdout)).toMatchObject({ source: { alreadyThere: true } });
  });
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it('lets the commit in hand finish, says how far it came, and the next run goes on from there', async () => {
    const data = join(folder, signal);
    // Two days of event time: a minute and more at this speed.
    const { child, ended } = startEbb([...args, data, '--run', '--speed', '2000x']);
    while (!existsSync(join(data, 'tables.sqlite'))) await sleep(50);
    while (Number((await query(data, 'select count(*) as n from ecommerce_events').catch(() => []))[0]?.n ?? 0) === 0)
      await sleep(50);
    child.kill(signal);
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^Stopped after [\d,]+ rows, all committed/),
    });

    const { stdout } = await ebbOk(...args, data, '--run');
    expect(JSON.parse(stdout).source.written).toBeLessThan(sales.rows);
    expect(fromCalm(data)).toEqual([]);
  });
});

it('two replays of one file at once write it once', async () => {
  const data = join(folder, 'two');
  const both = [startEbb([...args, data, '--run']), startEbb([...args, data, '--run'])];
  const ends = await Promise.all(both.map(({ ended }) => ended));
  expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
    { code: 0, stderr: '' },
    { code: 0, stderr: '' },
  ]);
  const written = ends.map(({ stdout }) => JSON.parse(stdout).source.written).sort((a, b) => a - b);
  expect(written).toEqual([0, sales.rows]);
  expect(fromCalm(data)).toEqual([]);
});

it('a damaged file ends everything with its message', async () => {
  const data = join(folder, 'damaged');
  const file = join(folder, 'damaged.csv.gz');
  const whole = gzipSync(readFileSync(madeUpSales(join(folder, 'larger'), 20_000).file));
  writeFileSync(file, whole.subarray(0, whole.length * 0.8));
  const { code, stdout, stderr } = await ebb('replay', file, '--dataset', sales.dataset, '--run', '--data', data);
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^ebb: .*damaged\.csv\.gz is damaged or cut off .*\n$/),
  });
});
