import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type CategoryMetric, categoryMetricSchema } from '../../schemas/generated.ts';
import { openEmbeddedRegistry } from '../avro/embedded-registry.ts';
import { openSerde } from '../avro/serde.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import { query, testFolder, topicEnds } from './data-folder.testing.ts';
import { ebb, ebbOk, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { lakeDifferences, tableDifferences } from './same-results.testing.ts';
import { underWay } from './under-way.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const folder = testFolder();
const calm = join(folder, 'calm');

function shopOf(name: string): string {
  const data = join(folder, name);
  cpSync(calm, data, { recursive: true });
  return data;
}

const differences = (data: string) => tableDifferences(join(calm, 'tables.sqlite'), join(data, 'tables.sqlite'));
const inShop = (data: string, ...args: readonly string[]) => ebb(...args, '--shop', 'made-up', '--data', data);
const inShopOk = (data: string, ...args: readonly string[]) => ebbOk(...args, '--shop', 'made-up', '--data', data);

const wrong: CategoryMetric = {
  category: 'Wrong',
  windowStart: 0,
  windowEnd: 3_600_000,
  transactions: 1,
  uniqueCustomers: 1,
  revenue: 100,
  minPrice: 100,
  avgPrice: 100,
  maxPrice: 100,
  quantity: 1,
  returns: 0,
  complete: true,
};

/** Writes rows into the first version's results, as a mistaken version of the code would have. */
async function mistaken(data: string, ...rows: readonly CategoryMetric[]): Promise<void> {
  await using log = await openEmbeddedLog({ path: join(data, 'log.sqlite') });
  await using registry = await openEmbeddedRegistry({ path: join(data, 'log.sqlite') });
  const topic = 'made-up.category-metrics';
  const serde = await openSerde<CategoryMetric>(registry, `${topic}-value`, categoryMetricSchema);
  const records = rows.map((row) => ({ key: Buffer.from(row.category), value: serde.encode(row) }));
  await log.append([{ topic, partition: 0, records }]);
}

const wrongRows = (data: string) => query(data, "select revenue from category_metrics where category = 'Wrong'");

/** Starts `ebb promote` and kills it with SIGKILL while it is under way. */
async function promoteKilled(data: string, ...args: readonly string[]): Promise<void> {
  const { child, ended } = startEbb(['promote', ...args, '--yes', '--shop', 'made-up', '--data', data]);
  const begun = async () => {
    await using log = await openEmbeddedLog({ path: join(data, 'log.sqlite') });
    return await underWay(log, 'made-up');
  };
  while ((await begun()) === undefined);
  child.kill('SIGKILL');
  expect(await ended).toMatchObject({ stderr: '' });
}

beforeAll(async () => {
  const { file, dataset } = madeUpSales(folder, 3_000);
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--data', calm);
});

describe('a version beside the one in force', () => {
  it('computes the same from the same, and is told from one that does not', async () => {
    const data = shopOf('beside');
    const before = await topicEnds(data);
    const { stdout } = await inShopOk(data, 'reprocess', 'category-metrics', '--as', 'v2', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ topology: 'category-metrics', version: 'v2', late: 0, dead: 0 });
    // What is there stays as it is.
    expect(await topicEnds(data)).toMatchObject(before);
    expect(differences(data)).toEqual([]);

    const same = await inShop(data, 'diff', 'category-metrics', '--json');
    expect(same).toMatchObject({ code: 0 });
    const rows = await query(data, 'select count(*) as n from category_metrics');
    expect(JSON.parse(same.stdout)).toMatchObject({
      between: ['v1', 'v2'],
      behind: [0, 0],
      outputs: [{ by: ['category', 'windowStart'], comparison: { equal: rows[0]?.n, different: 0, samples: [] } }],
    });

    await mistaken(data, wrong, { ...wrong, category: 'Books', revenue: 7 }, { ...wrong, revenue: 8 });
    const other = await inShop(data, 'diff', 'category-metrics', '--between', 'v2', 'v1', '--by', 'category');
    expect(other).toMatchObject({ code: 1 });
    expect(other.stdout).toMatch(/only in v2 +0\n/);
    expect(other.stdout).toMatch(/only in v1 +1\n/);
    expect(other.stdout).toMatch(/revenue \d+ → 7/);
    expect(other.stdout).toContain('only in v1  {"avgPrice":100,"category":"Wrong","complete":true');
    const records = await inShop(data, 'diff', 'category-metrics', '--by', 'record', '--json');
    expect(JSON.parse(records.stdout).outputs[0].comparison.onlyFirst).toBeGreaterThanOrEqual(3);
  });

  it('goes on where it was when it was killed', async () => {
    const data = shopOf('reprocess-killed');
    const { child, ended } = startEbb([
      'reprocess',
      'client-profiles',
      '--as',
      'v2',
      '--commit-interval',
      '1',
      '--shop',
      'made-up',
      '--data',
      data,
    ]);
    while (((await topicEnds(data))['made-up.client-profiles.v2'] ?? 0) === 0);
    child.kill('SIGKILL');
    await ended;
    await inShopOk(data, 'reprocess', 'client-profiles', '--as', 'v2');
    expect(await inShop(data, 'diff', 'client-profiles')).toMatchObject({ code: 0 });
    await inShopOk(data, 'reset', '--topology', 'client-profiles', '--version', 'v2', '--yes');
    expect(Object.keys(await topicEnds(data)).filter((name) => name.includes('v2'))).toEqual([]);
    expect(await inShop(data, 'diff', 'client-profiles')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has one version only: `ebb reprocess'),
    });
    await inShopOk(data, 'run', '--until-caught-up');
    expect(differences(data)).toEqual([]);
  });
});

describe('a version that is promoted', () => {
  it('has its rows in the place of the other’s, and the other’s again when that is', async () => {
    const data = shopOf('promoted');
    await mistaken(data, wrong);
    await inShopOk(data, 'run', '--until-caught-up');
    expect(await wrongRows(data)).toEqual([{ revenue: 100 }]);
    await inShopOk(data, 'reprocess', 'category-metrics', '--as', 'v2');
    await promoteKilled(data, 'category-metrics', '--to', 'v2');
    expect(await inShop(data, 'run', '--until-caught-up')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        '`ebb promote category-metrics --to v2 --shop made-up --yes` does not run any more',
      ),
    });
    const { stdout } = await inShopOk(data, 'promote', 'category-metrics', '--to', 'v2', '--yes');
    expect(stdout).toContain("takes it for v2 when it says `version: 'v2'`");
    expect(differences(data)).toEqual([]);

    // The code is still called v1: it must not go on with what is v2's.
    const ends = await topicEnds(data);
    const ran = await inShopOk(data, 'run', '--until-caught-up');
    expect(ran.stderr).toContain('category-metrics is not run: its code is v1, and everybody reads v2.');
    expect(await topicEnds(data)).toEqual(ends);
    expect(differences(data)).toEqual([]);
    const tail = await inShopOk(data, 'tail', 'category-metrics', '--from', 'start', '--limit', '1000000');
    expect(tail.stdout).not.toContain('Wrong');

    await inShopOk(data, 'promote', 'category-metrics', '--to', 'v1', '--yes');
    expect(await wrongRows(data)).toEqual([{ revenue: 100 }]);
    await inShopOk(data, 'run', '--until-caught-up');
    expect(await wrongRows(data)).toEqual([{ revenue: 100 }]);
  });

  it('is what topologies, tables and files are computed from, down to the last', async () => {
    const data = shopOf('from-the-top');
    await inShopOk(data, 'reprocess', 'normalise-made-up', '--as', 'v2');
    expect(await inShop(data, 'diff', 'normalise-made-up')).toMatchObject({ code: 0 });
    await promoteKilled(data, 'normalise-made-up', '--to', 'v2');
    await inShopOk(data, 'promote', 'normalise-made-up', '--to', 'v2', '--yes');
    await inShopOk(data, 'reset', '--topology', 'normalise-made-up', '--version', 'v1', '--yes');
    expect(Object.keys(await topicEnds(data))).not.toContain('made-up.events');
    await inShopOk(data, 'run', '--until-caught-up');
    expect(differences(data)).toEqual([]);
    expect(await lakeDifferences(calm, data, 'made-up')).toEqual({});
    expect(readdirSync(join(data, 'lake', 'made-up')).sort()).toEqual(['events', 'raw.made-up']);
  });
});

it.each([
  [['reprocess', 'sessions', '--as', 'v1'], /sessions v1 is what everybody reads/],
  [['reprocess', 'sessions', '--as', 'V2'], /a version has lower-case letters and digits/],
  [['reprocess', 'sessions'], /required option '--as/],
  [['promote', 'sessions', '--to', 'v2', '--yes'], /sessions has no version v2 in shop made-up: there are v1/],
  [['diff', 'sessions', '--between', 'v1', 'v3'], /has no version v3/],
  [['diff', 'nosuch'], /has no topology nosuch/],
])('refuses %j', async (args, says) => {
  expect(await inShop(calm, ...args)).toMatchObject({ code: 1, stderr: expect.stringMatching(says) });
});
