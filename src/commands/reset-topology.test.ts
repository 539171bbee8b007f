import { describe, expect, it, vi } from 'vitest';
import { computedShops } from './computed-shops.testing.ts';
import { testFolder } from './data-folder.testing.ts';
import { topologyResets } from './reset-topology.testing.ts';

// Each starts several processes.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const shops = computedShops(testFolder(), 4_000);
topologyResets(shops);

it('says what a reset would take with it, and asks', async () => {
  const { ok, ebb, ends } = shops.shop('asked');
  const before = await ends();
  const reset = ['reset', '--topology', 'category-partials', '--to', 'start'];
  const { stdout } = await ok(...reset, '--dry-run');
  expect(stdout).toContain('With it, since they take in what it writes: category-metrics.');
  expect(await ebb(...reset)).toMatchObject({ code: 1, stderr: expect.stringContaining('Give --yes') });
  expect(await ends()).toEqual(before);
});

describe('what is refused', () => {
  it.each([
    [['--topology', 'client-profiles'], 1, /is what everybody reads: say where/],
    [['--topology', 'nosuch', '--to', 'start'], 1, /has no topology nosuch: the names are/],
    [['--topology', 'normalise-made-up', '--to', '2024-02-02'], 1, /category-partials, .* would take in a second time/],
    [['--topology', 'sessions', '--to', 'events/0=100000000'], 1, /it can go back, not forward/],
    [['--topology', 'sessions', '--to', 'sales/0=1'], 1, /does not read made-up\.sales\/0: it reads made-up\.events/],
    [['--topology', 'sessions', '--to', '2024-02-02', '--version', 'v7'], 1, /sessions v7 has not run/],
    [['--to', 'start'], 2, /add --topology/],
    [['--topology', 'sessions', '--to', 'start', '--all'], 2, /--all is of a whole shop/],
  ])('%j', async (flags, code, says) => {
    const { ebb } = shops.shop('refused');
    expect(await ebb('reset', '--yes', ...flags)).toMatchObject({ code, stderr: expect.stringMatching(says) });
  });
});
