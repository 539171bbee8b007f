import { beforeAll, describe, expect, it } from 'vitest';
import { calibrate } from './calibrate.ts';
import { cdnowExamples, cdnowHistories, cdnowMissing, cdnowSplit } from './cdnow.testing.ts';
import { type Evaluation, evaluate } from './evaluation.ts';
import { FEATURES } from './features.ts';
import type { ModelKind } from './model.ts';
import { scoreRows, scorerOf } from './scorer.ts';
import { trainFast } from './train/fast.ts';

/** The least that a model is to reach: among all customers, and among those active in the last 180 days. */
const bounds: readonly (readonly [ModelKind, all: number, active: number])[] = [
  ['logistic_regression', 0.836, 0.722],
  ['linear_svc', 0.834, 0.712],
  ['random_forest', 0.833, 0.715],
  ['decision_tree', 0.825, 0.695],
];

describe.skipIf(cdnowMissing)('CDNOW, trained on 1997, calibrated at its end and tested on March 1998', () => {
  const results = new Map<ModelKind, Evaluation>();

  beforeAll(() => {
    const histories = cdnowHistories();
    const [train, heldBack, test] = [cdnowSplit.train, cdnowSplit.calibrate, cdnowSplit.test].map((dates) =>
      cdnowExamples(histories, dates),
    );
    if (train === undefined || heldBack === undefined || test === undefined) throw new Error('no split');
    expect([train.labels.length, heldBack.labels.length, test.labels.length]).toEqual([117_850, 23_570, 23_570]);
    const recency = test.features.filter((_, at) => at % FEATURES === 0);
    for (const [kind] of bounds) {
      const model = calibrate(trainFast(kind, train, { seed: 1 }), heldBack);
      const scores = scoreRows(scorerOf(model).score, test.features, FEATURES);
      results.set(kind, evaluate({ scores, labels: test.labels }, recency, { threshold: 0.5, scores: 'probability' }));
    }
  });

  it.each(bounds)('%s ranks with an AUC of %d, and %d among the active', (kind, all, active) => {
    const { auc, aucActive180 } = results.get(kind) ?? { auc: 0, aucActive180: 0 };
    expect(auc).toBeGreaterThanOrEqual(all);
    expect(aucActive180).toBeGreaterThanOrEqual(active);
  });

  it('no model knows what it cannot know', () => {
    for (const { auc } of results.values()) expect(auc).toBeLessThan(0.86);
  });

  it('the best probabilities are within .090 (Brier) and .030 (calibration error)', () => {
    const all = [...results.values()];
    expect(Math.min(...all.map(({ brier }) => brier))).toBeLessThanOrEqual(0.09);
    expect(Math.min(...all.map(({ calibrationError }) => calibrationError))).toBeLessThanOrEqual(0.03);
  });
});
