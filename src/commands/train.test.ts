import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { query, testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk, realFile } from './ebb.testing.ts';

const folder = testFolder();
const cdnow = realFile('cdnow_master.txt');
const kaggle = realFile('kaggle_ecommerce_customer_head10000.csv');

/** The least that a model is to reach: among all customers, and among those active in the last 180 days. */
const bounds: readonly (readonly [model: string, all: number, active: number])[] = [
  ['logistic_regression', 0.836, 0.722],
  ['linear_svc', 0.834, 0.712],
  ['random_forest', 0.833, 0.715],
  ['decision_tree', 0.825, 0.695],
];

describe.skipIf(cdnow === undefined)('ebb train on CDNOW (skipped without the public datasets)', () => {
  const data = join(folder, 'cdnow');
  const train = (...flags: readonly string[]) => ebb('train', '--shop', 'cd', '--data', data, ...flags);
  const learnt = ['--train', '1997-07-01,1997-08-01,1997-09-01,1997-10-01,1997-11-01'];
  const held = ['--calibrate', '1997-12-31', '--test', '1998-03-31'];
  let rows: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  const numberOf = (model: string, column: string): number => Number(rows.get(model)?.[column]);
  const best = (of: (...values: number[]) => number, column: string): number =>
    of(...bounds.map(([model]) => numberOf(model, column)));

  async function models(): Promise<readonly Readonly<Record<'role' | 'version' | 'kind', string>>[]> {
    return JSON.parse((await ebbOk('models', '--shop', 'cd', '--data', data, '--json')).stdout);
  }

  beforeAll(async () => {
    await ebbOk('replay', cdnow ?? '', '--dataset', 'cdnow', '--shop', 'cd', '--run', '--data', data);
    expect(await train(...learnt, ...held)).toMatchObject({ code: 0, stderr: '' });
    rows = new Map((await query(data, 'select * from model_results')).map((row) => [String(row.model), row]));
  }, 300_000);

  it.each(bounds)('%s ranks with an AUC of %d at least, and of %d among the active', (model, all, active) => {
    expect(numberOf(model, 'auc')).toBeGreaterThanOrEqual(all);
    expect(numberOf(model, 'auc_active_180')).toBeGreaterThanOrEqual(active);
    // More cannot be known of these customers: it would be a leak.
    expect(numberOf(model, 'auc')).toBeLessThan(0.86);
  });

  it('the best probabilities are within .090 (Brier) and .030 (calibration error)', () => {
    expect(best(Math.min, 'brier')).toBeLessThanOrEqual(0.09);
    expect(best(Math.min, 'calibration_error')).toBeLessThanOrEqual(0.03);
  });

  it('the best model is above both baselines', () => {
    expect(numberOf('bg_nbd', 'auc')).toBeCloseTo(0.83, 2);
    expect(best(Math.max, 'auc')).toBeGreaterThan(numberOf('bg_nbd', 'auc'));
    expect(best(Math.max, 'auc_active_180')).toBeGreaterThan(numberOf('bg_nbd', 'auc_active_180'));
    expect(numberOf('bg_nbd', 'auc')).toBeGreaterThan(numberOf('recency', 'auc'));
  });

  it('says of each what it learnt from and what it was tested on', () => {
    for (const [model] of bounds)
      expect(rows.get(model)).toMatchObject({
        ...{ shop: 'cd', trained_until: '1997-11-01', calibrated_at: '1997-12-31', tested_at: '1998-03-31' },
        ...{ engine: 'fast', tested_rows: 23_570, active_rows: 6_055, label: 'no purchase in 90 days' },
      });
    expect(numberOf('random_forest', 'trained_rows') - numberOf('random_forest', 'trained_purchase_rows')).toBe(
      117_850,
    );
  });

  it('has a champion score customers from then on, and the others beside it', async () => {
    const inForce = (await models()).filter(({ role }) => role !== 'RETIRED');
    expect(inForce.map(({ role }) => role)).toEqual(['CHAMPION', 'CHALLENGER', 'CHALLENGER', 'CHALLENGER']);
    for (const { kind, version } of inForce) expect(rows.get(kind)?.deployed_version).toBe(version);
  });

  it('puts another model in its place, and the first one back', async () => {
    const [first, other] = await models();
    const roles = async () => (await models()).slice(0, 2).map(({ version, role }) => [version, role]);
    const promote = ['models', 'promote', other?.version ?? '', '--shop', 'cd', '--data', data];
    expect(await ebb(...promote)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /--force promotes it all the same\. By what both scored live:(\n {2}\w+ does not take the place of \w+: no row that both models scored live has matured yet){3}\n$/,
      ),
    });
    await ebbOk(...promote, '--force');
    expect(await roles()).toEqual([
      [other?.version, 'CHAMPION'],
      [first?.version, 'RETIRED'],
    ]);
    await ebbOk('models', 'rollback', '--shop', 'cd', '--data', data);
    expect(await roles()).toEqual([
      [first?.version, 'CHAMPION'],
      [other?.version, 'RETIRED'],
    ]);
  });

  it('gives the same models again', async () => {
    expect(await train(...learnt, ...held)).toMatchObject({ code: 0 });
    const again = await query(data, 'select model, version, deployed_version, auc, brier, auc_low from model_results');
    expect(again).toHaveLength(rows.size);
    for (const row of again) expect(rows.get(String(row.model))).toMatchObject(row);
  });

  it.each([
    [['--test', '1998-05-01'], 1, /^ebb: who churned after 1998-05-01 is known on 1998-07-30/],
    [['--calibrate', '1998-01-31'], 1, /^ebb: who churned after 1998-01-31 is known on 1998-05-01/],
    [['--until', '1997-03-01'], 1, /^ebb: there are 60 days of purchases, from 1997-01-01 to 1997-03-01/],
    [['--horizon', '90'], 2, /a horizon is a number of days, such as 90d/],
    [['--shop', 'nowhere'], 1, /^ebb: shop nowhere has no purchases of customers that are known/],
  ])('%s is refused with what to do', async (flags, code, expected) => {
    expect(await train(...flags)).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(expected) });
  });
});

describe.skipIf(kaggle === undefined)('ebb train on data that are random (skipped without the public datasets)', () => {
  const data = join(folder, 'kaggle');
  const train = (...flags: readonly string[]) => ebb('train', '--shop', 'kg', '--data', data, ...flags);

  beforeAll(async () => {
    await ebbOk('replay', kaggle ?? '', '--dataset', 'kaggle-ecommerce', '--shop', 'kg', '--run', '--data', data);
  }, 120_000);

  it('takes the label from a column, and says that nothing predicts it', async () => {
    const { code, stdout } = await train('--label-column', 'Churn');
    expect(code).toBe(0);
    expect(stdout).toContain('These data do not predict churn');
    for (const row of await query(data, "select * from model_results where engine = 'fast'"))
      expect(Math.abs(Number(row.auc) - 0.5)).toBeLessThan(0.05);
  });

  it('says that 54 days hold no label of 90', async () => {
    expect(await train()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^ebb: there are 54 days of purchases, .*--label-column/),
    });
  });

  it('names the columns when there is no such one', async () => {
    expect(await train('--label-column', 'Chrun')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^ebb: no dataset of shop kg has a column Chrun; its columns are .*Churn/),
    });
  });
});
