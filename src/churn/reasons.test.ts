import { describe, expect, it } from 'vitest';
import { codeOf, explainerOf } from './contributions.ts';
import { FEATURES, featureNames } from './features.ts';
import { madeUpExamples } from './made-up.testing.ts';
import type { ModelKind, TreeParameters } from './model.ts';
import { logOdds } from './probability.ts';
import { reasonsOf } from './reasons.ts';
import { scorerOf } from './scorer.ts';
import { trainFast } from './train/fast.ts';

const kinds: readonly ModelKind[] = ['logistic_regression', 'linear_svc', 'decision_tree', 'random_forest'];
const examples = madeUpExamples(1_500, 6);
const width = examples.columns.length;

describe.each(kinds)('contributions to a score of %s', (kind) => {
  const model = trainFast(kind, examples, { seed: 1 });
  const explainer = explainerOf(model);
  const { raw } = scorerOf(model);
  const uncalibrated = (score: number): number => (model.parameters.form === 'linear' ? score : logOdds(score));

  it('and its base sum to it', () => {
    for (let offset = 0; offset < examples.features.length; offset += width) {
      const parts = explainer.contributionsOf(examples.features, offset);
      const sum = parts.reduce((total, { value }) => total + value, explainer.base);
      expect(Math.abs(sum - uncalibrated(raw(examples.features, offset)))).toBeLessThan(1e-9);
    }
  });

  it('put what decides before what says nothing', () => {
    const silent = Float64Array.of(199, -4, 25, 7);
    const byCode = new Map(explainer.contributionsOf(silent, 0).map(({ code, value }) => [code, value]));
    expect([...byCode.keys()]).toEqual(['SILENCE_AND_RHYTHM', 'RECENT_ACTIVITY', 'OTHER']);
    expect(byCode.get('SILENCE_AND_RHYTHM')).toBeGreaterThan(0.1);
    expect(byCode.get('RECENT_ACTIVITY')).toBeGreaterThan(0.1);
    expect(Math.abs(byCode.get('OTHER') ?? 1)).toBeLessThan(byCode.get('SILENCE_AND_RHYTHM') ?? 0);
  });
});

it("a tree's contributions are the steps along the path, in log-odds", () => {
  const parameters: TreeParameters = {
    form: 'trees',
    roots: [0],
    feature: [0, -1, 1, -1, -1],
    threshold: [10, 0, 2, 0, 0],
    left: [1, -1, 3, -1, -1],
    right: [2, -1, 4, -1, -1],
    value: [0.5, 0.2, 0.7, 0.9, 0.6],
  };
  const { base, contributionsOf } = explainerOf({ parameters, columns: ['recency', 'count_90'] });
  expect(base).toBe(0);
  const stretch = Math.log(9) / 0.4;
  expect(contributionsOf(Float64Array.of(11, 1), 0)).toEqual([
    { code: 'SILENCE_AND_RHYTHM', value: expect.closeTo(0.2 * stretch) },
    { code: 'RECENT_ACTIVITY', value: expect.closeTo(0.2 * stretch) },
  ]);
});

it('every feature has a family of its own kind', () => {
  const byCode = Map.groupBy(featureNames, codeOf);
  expect(byCode.get('SILENCE_AND_RHYTHM')).toEqual(['recency', 'tenure', 'gap_mean', 'gap_sd', 'recency_over_gap']);
  expect(byCode.get('VALUE_AND_FREQUENCY')).toEqual(['frequency', 'monetary_sum', 'monetary_mean', 'quantity_mean']);
  expect(byCode.get('RECENT_ACTIVITY')).toHaveLength(7);
  expect(byCode.has('OTHER')).toBe(false);
});

describe('reasons', () => {
  const contributions = [
    { code: 'SILENCE_AND_RHYTHM', value: -0.5 },
    { code: 'VALUE_AND_FREQUENCY', value: 0.2 },
    { code: 'RECENT_ACTIVITY', value: 2 },
  ] as const;
  const explainer = { base: 0, contributionsOf: () => contributions };

  function textsOf(known: Readonly<Record<string, number>>): readonly string[] {
    const features = Float64Array.from(featureNames, (name) => known[name] ?? 0);
    return reasonsOf(explainer, featureNames, features, 0).map(({ text }) => text);
  }

  it('come by how much they moved the score, up or down', () => {
    const reasons = reasonsOf(explainer, featureNames, new Float64Array(FEATURES), 0);
    expect(reasons.map(({ contribution }) => contribution)).toEqual([2, -0.5, 0.2]);
  });

  it('state facts', () => {
    const known = { recency: 74, gap_mean: 21, frequency: 12, monetary_mean: 35.4, count_90: 1, trend_90: -3 };
    expect(textsOf(known)).toEqual([
      '1 purchase in the last 90 days, 4 in the 90 before',
      'silent 74 days; usual gap 21',
      '12 purchases; 35.4 on average',
    ]);
  });

  it('know no usual gap of one purchase', () => {
    const known = { recency: 0, gap_mean: 1, frequency: 1, monetary_mean: 1234.56, count_90: 1, trend_90: 1 };
    expect(textsOf(known)).toEqual([
      '1 purchase in the last 90 days, 0 in the 90 before',
      'bought today; one purchase so far',
      '1 purchase; 1235 on average',
    ]);
  });

  it('name the columns where a model has others', () => {
    const columns = ['recency', 'returned_share'];
    const others = { base: 0, contributionsOf: () => [{ code: 'OTHER', value: 1 }] as const };
    const [reason] = reasonsOf(others, columns, Float64Array.of(3, 0.25), 0);
    expect(reason?.text).toBe('returned_share 0.25');
  });
});
