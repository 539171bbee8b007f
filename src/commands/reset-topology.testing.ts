/** The suite of `ebb reset --topology`, for either log. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ComputedShops } from './computed-shops.testing.ts';

export function topologyResets({ shop }: ComputedShops): void {
  describe('a topology that is reset to the start', () => {
    it('is computed anew, together with the one that reads it, and nothing else is', async () => {
      const { ok, ends, differences, run } = shop('start');
      const before = await ends();
      await ok('reset', '--topology', 'category-partials', '--to', 'start', '--yes');
      const kept = Object.entries(before).filter(([name]) => !/^category-(partials|metrics)/.test(name));
      expect(await ends()).toEqual(Object.fromEntries(kept));
      expect(differences()).toMatchObject([{ table: 'category_metrics', onlySecond: 0 }]);
      await run();
      expect(differences()).toEqual([]);
      expect(Object.keys(await ends())).toEqual(Object.keys(before));
    });

    it('takes files and everything behind with it when it writes the events', async () => {
      const { ok, ebb, killedWhen, begun, ends, differences, run } = shop('events');
      const reset = ['reset', '--topology', 'normalise-made-up', '--to', 'start', '--yes'];
      const { command } = await killedWhen(reset, begun);
      expect(await ebb('run')).toMatchObject({ code: 1, stderr: expect.stringContaining(command) });
      await ok(...reset);
      expect(Object.keys(await ends())).toEqual([
        'datasets',
        'files.boundaries',
        'files.dead',
        'model-metrics',
        'model-results',
        'models',
        'raw.made-up',
        'sources',
      ]);
      await run();
      expect(differences()).toEqual([]);
    });
  });

  describe('a topology that is put back to a moment', () => {
    it('goes on from there to the same results, having written the rest once more', async () => {
      const { ok, ends, positions, differences, run } = shop('moment');
      const before = await ends();
      const reset = ['reset', '--topology', 'client-profiles', '--yes', '--to'];
      await ok(...reset, '2024-02-02');
      const then = await positions('client-profiles');
      expect(await ends()).toMatchObject({ 'client-profiles': before['client-profiles'] });
      expect((await ok(...reset, '2024-02-02')).stdout).toContain('Nothing to do');
      await run();
      expect(differences()).toEqual([]);
      expect((await ends())['client-profiles']).toBeGreaterThan(before['client-profiles'] ?? 0);

      // The same by offsets.
      const [events = []] = Object.values(then);
      await ok(...reset, events.map((offset, partition) => `events/${partition}=${offset}`).join(','));
      expect(await positions('client-profiles')).toEqual(then);
      await run();
      expect(differences()).toEqual([]);
    });

    it('gets there when it is killed on the way, and nothing runs before it has', async () => {
      const { name, ok, ebb, open, killedWhen, begun, positions, differences, run } = shop('killed');
      const reset = ['reset', '--topology', 'sessions', '--yes', '--to'];
      const before = JSON.stringify(await positions('sessions'));
      const { command } = await killedWhen([...reset, '2024-02-02T06:00Z'], begun);
      const says = expect.stringContaining(`if \`${command}\` does not run any more, run it again to finish`);
      expect(await ebb('run')).toMatchObject({ code: 1, stderr: says });
      expect(await ebb(...reset, 'start')).toMatchObject({ code: 1, stderr: says });

      const group = `${name}.sessions.v1`;
      await killedWhen([...reset, '2024-02-02T06:00Z'], async (log) => {
        const now = (await log.positions([group])).get(group) ?? [];
        return JSON.stringify(Object.fromEntries(now)) !== before;
      });
      await ok(...reset, '2024-02-02T06:00Z');
      await using place = await open();
      expect(await begun(place.log)).toBeUndefined();
      await run();
      expect(differences()).toEqual([]);
    });
  });

  it('a topology is left alone while it runs', async () => {
    const { ok, ebb, start, ends, differences, run } = shop('running');
    await ok('reset', '--topology', 'sessions', '--to', 'start', '--yes');
    const { child, ended } = start('run');
    while (((await ends()).sessions ?? 0) === 0) await sleep(20);
    for (const to of ['start', '2024-02-02'])
      expect(await ebb('reset', '--topology', 'client-profiles', '--yes', '--to', to)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('has members that are running'),
      });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
    await run();
    expect(differences()).toEqual([]);
  });
}
