/** The suite of `ebb reprocess`, `diff` and `promote`, for either log. */
import { describe, expect, it } from 'vitest';
import { type CategoryMetric, categoryMetricSchema } from '../../schemas/generated.ts';
import { openSerde } from '../avro/serde.ts';
import type { ComputedShop, ComputedShops } from './computed-shops.testing.ts';
import { query } from './data-folder.testing.ts';

/** A row that no version of the code computes. */
export const wrong: CategoryMetric = {
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
export async function mistaken({ name, open }: ComputedShop, ...rows: readonly CategoryMetric[]): Promise<void> {
  await using place = await open();
  const topic = `${name}.category-metrics`;
  const serde = await openSerde<CategoryMetric>(place.registry, `${topic}-value`, categoryMetricSchema);
  const records = rows.map((row) => ({ key: Buffer.from(row.category), value: serde.encode(row) }));
  await place.log.append([{ topic, partition: 0, records }]);
}

const wrongRows = ({ data }: ComputedShop) =>
  query(data, "select revenue from category_metrics where category = 'Wrong'");

/** Shops are left in another state than they were found in. */
export function versionsBeside({ shop }: ComputedShops): void {
  describe('a version beside the one in force', () => {
    it('computes the same from the same, and leaves what is there as it is', async () => {
      const { data, ok, ebb, ends, differences } = shop('beside');
      const before = await ends();
      const { stdout } = await ok('reprocess', 'segment-metrics', '--as', 'v2', '--json');
      expect(JSON.parse(stdout)).toMatchObject({ topology: 'segment-metrics', version: 'v2', late: 0, dead: 0 });
      expect(await ends()).toMatchObject(before);
      expect(differences()).toEqual([]);

      const same = await ebb('diff', 'segment-metrics', '--json');
      expect(same).toMatchObject({ code: 0 });
      const rows = await query(data, 'select count(*) as n from segment_metrics');
      expect(JSON.parse(same.stdout)).toMatchObject({
        between: ['v1', 'v2'],
        behind: [0, 0],
        outputs: [
          { by: ['dimension', 'segment', 'windowStart'], comparison: { equal: rows[0]?.n, different: 0, samples: [] } },
        ],
      });
    });

    it('goes on where it was when it was killed', async () => {
      const { name, ok, ebb, killedWhen, ends } = shop('reprocess-killed');
      const reprocess = ['reprocess', 'client-profiles', '--as', 'v2'];
      await killedWhen([...reprocess, '--commit-interval', '1'], async (log) =>
        (await log.topics()).some(
          (topic) => topic.name === `${name}.client-profiles.v2` && topic.offsets.some(({ end }) => end > 0),
        ),
      );
      await ok(...reprocess);
      expect(await ebb('diff', 'client-profiles')).toMatchObject({ code: 0 });
      await ok('reset', '--topology', 'client-profiles', '--version', 'v2', '--yes');
      expect(Object.keys(await ends()).filter((topic) => topic.startsWith('client-profiles.v2'))).toEqual([]);
      expect(await ebb('diff', 'client-profiles')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('has one version only: `ebb reprocess'),
      });
    });
  });

  describe('a version that is promoted', () => {
    it('has its rows in the place of the other’s, and the other’s again when that is', async () => {
      const there = shop('promoted');
      const { ok, ebb, killedWhen, begun, ends, differences, run } = there;
      await mistaken(there, wrong);
      await run();
      expect(await wrongRows(there)).toEqual([{ revenue: 100 }]);
      await ok('reprocess', 'category-metrics', '--as', 'v2');
      const other = await ebb('diff', 'category-metrics', '--between', 'v2', 'v1', '--by', 'category');
      expect(other).toMatchObject({ code: 1 });
      expect(other.stdout).toMatch(/only in v2 +0\n/);
      expect(other.stdout).toMatch(/only in v1 +1\n/);
      expect(other.stdout).toContain('only in v1  {"avgPrice":100,"category":"Wrong","complete":true');

      const promote = ['promote', 'category-metrics', '--yes', '--to'];
      const { command } = await killedWhen([...promote, 'v2'], begun);
      expect(command).toBe(`ebb promote category-metrics --to v2 --shop ${there.name} --yes`);
      const says = expect.stringContaining(`\`${command}\` does not run any more`);
      expect(await ebb('run', '--until-caught-up')).toMatchObject({ code: 1, stderr: says });
      expect((await ok(...promote, 'v2')).stdout).toContain("takes it for v2 when it says `version: 'v2'`");
      expect(differences()).toEqual([]);

      // The code is still called v1: it must not go on with what is v2's.
      const before = await ends();
      const told = await ok('run', '--until-caught-up', '--log-level', 'warn');
      expect(told.stderr).toContain('category-metrics is not run: its code is v1, and everybody reads v2.');
      expect(await ends()).toEqual(before);
      expect(differences()).toEqual([]);
      const tail = await ok('tail', 'category-metrics', '--from', 'start', '--limit', '1000000');
      expect(tail.stdout).not.toContain('Wrong');

      await ok(...promote, 'v1');
      expect(await wrongRows(there)).toEqual([{ revenue: 100 }]);
      await run();
      expect(await wrongRows(there)).toEqual([{ revenue: 100 }]);
    });

    it('is what topologies, tables and files are computed from, down to the last', async () => {
      const { ok, ebb, killedWhen, begun, ends, differences, fileDifferences, run } = shop('from-the-top');
      await ok('reprocess', 'normalise-made-up', '--as', 'v2');
      expect(await ebb('diff', 'normalise-made-up')).toMatchObject({ code: 0 });
      const promote = ['promote', 'normalise-made-up', '--to', 'v2', '--yes'];
      await killedWhen(promote, begun);
      await ok(...promote);
      await ok('reset', '--topology', 'normalise-made-up', '--version', 'v1', '--yes');
      expect(Object.keys(await ends())).not.toContain('events');
      await run();
      expect(differences()).toEqual([]);
      expect(await fileDifferences()).toEqual({});
    });
  });
}
