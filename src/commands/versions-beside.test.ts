import { expect, it, vi } from 'vitest';
import { computedShops } from './computed-shops.testing.ts';
import { testFolder } from './data-folder.testing.ts';
import { mistaken, versionsBeside, wrong } from './versions-beside.testing.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const shops = computedShops(testFolder(), 3_000);
versionsBeside(shops);

it('versions are told apart field by field, and record by record', async () => {
  const there = shops.shop('told-apart');
  await there.ok('reprocess', 'category-metrics', '--as', 'v2');
  await mistaken(there, wrong, { ...wrong, category: 'Books', revenue: 7 }, { ...wrong, revenue: 8 });
  const values = await there.ebb('diff', 'category-metrics', '--between', 'v2', 'v1', '--by', 'category');
  expect(values.stdout).toMatch(/revenue \d+ → 7/);
  const records = await there.ebb('diff', 'category-metrics', '--by', 'record', '--json');
  expect(JSON.parse(records.stdout).outputs[0].comparison.onlyFirst).toBeGreaterThanOrEqual(3);
});

it.each([
  [['reprocess', 'sessions', '--as', 'v1'], 1, /sessions v1 is what everybody reads/],
  [['reprocess', 'sessions', '--as', 'V2'], 1, /a version has lower-case letters and digits/],
  [['reprocess', 'sessions'], 2, /required option '--as/],
  [['promote', 'sessions', '--to', 'v2', '--yes'], 1, /sessions has no version v2 in shop made-up: there are v1/],
  [['diff', 'sessions', '--between', 'v1', 'v3'], 1, /has no version v3/],
  [['diff', 'nosuch'], 1, /has no topology nosuch/],
])('refuses %j', async (args, code, says) => {
  expect(await shops.shop('refused').ebb(...args)).toMatchObject({ code, stderr: expect.stringMatching(says) });
});
