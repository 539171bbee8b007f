import { cpSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openEmbeddedLog } from '../log/embedded.ts';
import { testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';

const folder = testFolder();
const data = join(folder, 'data');
const sales = madeUpSales(folder, 300);
const replay = ['replay', sales.file, '--dataset', sales.dataset, '--data', data];

beforeAll(async () => {
  await ebbOk(...replay, '--run');
}, 120_000);

interface Found {
  readonly check: string;
  readonly verdict: string;
  readonly found: string;
}

async function doctor(where: string): Promise<{ readonly code: number | null; readonly not: readonly Found[] }> {
  const { code, stdout } = await ebb('doctor', '--json', '--data', where);
  const all: readonly Found[] = JSON.parse(stdout);
  expect(all.length).toBeGreaterThan(4);
  return { code, not: all.filter(({ verdict }) => verdict !== 'ok') };
}

it('finds nothing in a log that is well, and no lag', { timeout: 120_000 }, async () => {
  expect(await doctor(data)).toEqual({ code: 0, not: [] });
  const { code, stdout } = await ebb('topics', '--lag', '--json', '--data', data);
  const groups: readonly { readonly lag: number }[] = JSON.parse(stdout);
  expect({ code, lags: [...new Set(groups.map(({ lag }) => lag))] }).toEqual({ code: 0, lags: [0] });
});

it('says that there is no log yet, and makes none', { timeout: 120_000 }, async () => {
  expect(await doctor(join(folder, 'none'))).toMatchObject({ code: 0, not: [{ check: 'log file', verdict: 'warn' }] });
  expect(await doctor(join(folder, 'none'))).toMatchObject({ not: [{ verdict: 'warn' }] });
});

it('says who is behind with nobody reading', { timeout: 120_000 }, async () => {
  await ebbOk(...replay, '--again');
  const group = 'made-up.normalise-made-up.v1';
  const lag = await ebb('topics', '--lag', '--partitions', '--json', '--data', data);
  const groups: readonly { readonly group: string; readonly lag: number; readonly partitions: readonly object[] }[] =
    JSON.parse(lag.stdout);
  expect({ code: lag.code, stderr: lag.stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('behind with nobody reading: `ebb run --shop made-up`'),
  });
  expect(groups.find((one) => one.group === group)?.partitions).toHaveLength(4);
  const { code, not } = await doctor(data);
  expect(code).toBe(0);
  expect(not.find(({ found }) => found.startsWith(group))).toMatchObject({ check: 'groups', verdict: 'warn' });
});

it('fails for what stops a shop: a reset cut short, a topic that is not as it must be', {
  timeout: 120_000,
}, async () => {
  const broken = join(folder, 'broken');
  cpSync(data, broken, { recursive: true });
  {
    await using log = await openEmbeddedLog({ path: join(broken, 'log.sqlite') });
    await log.delete(['made-up.sessions.state']);
    await log.create([
      { name: 'made-up.reset-under-way', partitions: 1, cleanup: 'compact' },
      { name: 'made-up.sessions.state', partitions: 2, cleanup: 'delete' },
    ]);
  }
  const { code, not } = await doctor(broken);
  expect(code).toBe(1);
  expect(not.filter(({ verdict }) => verdict === 'fail').map(({ check, found }) => `${check}: ${found}`)).toEqual([
    expect.stringMatching(/^leftovers: shop made-up is being reset/),
    'topics: made-up.sessions.state has cleanup delete, and sessions needs compact',
    'topics: made-up.sessions.state has 2 partitions, and the inputs of sessions have 4',
  ]);
});

it('fails for a log whose end is missing', { timeout: 120_000 }, async () => {
  const torn = join(folder, 'torn');
  cpSync(data, torn, { recursive: true });
  const path = join(torn, 'log.sqlite');
  rmSync(`${path}-wal`, { force: true });
  truncateSync(path, Math.floor(statSync(path).size / 8192) * 4096);
  const { code, not } = await doctor(torn);
  expect(code).toBe(1);
  expect(not[0]).toMatchObject({ check: 'log file', verdict: 'fail' });
});
