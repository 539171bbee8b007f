import { describe, expect, it } from 'vitest';
import { bgNbdScores, columnOf, recencyScores } from './baselines.ts';
import { cdnowExamples, cdnowHistories, cdnowMissing, cdnowSplit } from './cdnow.testing.ts';
import { evaluate } from './evaluation.ts';
import { bestThreshold } from './threshold.ts';

describe.skipIf(cdnowMissing)('on CDNOW at the end of March 1998', () => {
  const histories = cdnowHistories();
  const test = cdnowExamples(histories, cdnowSplit.test);
  const calibration = cdnowExamples(histories, cdnowSplit.calibrate);
  const recency = recencyScores(test);

  it('there are the customers, the churn and the active ones that are known', () => {
    const { rows, churned, activeRows } = evaluate({ scores: recency, labels: test.labels }, recency, {
      threshold: 90,
      scores: 'rank',
    });
    expect(rows).toBe(23_570);
    expect(churned).toBeCloseTo(0.86, 3);
    expect(activeRows).toBe(6_055);
  });

  it('recency alone puts customers in order this well, and has no probabilities', () => {
    const threshold = bestThreshold({ scores: recencyScores(calibration), labels: calibration.labels });
    const row = evaluate({ scores: recency, labels: test.labels }, recency, { threshold, scores: 'rank' });
    expect(row.auc).toBeCloseTo(0.828, 3);
    expect(row.aucActive180).toBeCloseTo(0.6415, 3);
    expect(row.brier).toBeNaN();
    expect(row.f1).toBeGreaterThan(0.9);
  });

  it('BG/NBD, which saw no label, does better', () => {
    const scores = bgNbdScores(test, 90);
    const threshold = bestThreshold({ scores: bgNbdScores(calibration, 90), labels: calibration.labels });
    const row = evaluate({ scores, labels: test.labels }, recency, { threshold, scores: 'probability' });
    expect(row.auc).toBeCloseTo(0.8304, 3);
    expect(row.aucActive180).toBeCloseTo(0.7203, 3);
    expect(row.brier).toBeCloseTo(0.0895, 3);
    expect(row.calibrationErrorFloor).toBeCloseTo(0.005, 3);
  });
});

describe('A baseline', () => {
  it('says which column is missing', () => {
    const examples = { columns: ['frequency'], features: Float64Array.of(1), labels: Uint8Array.of(1) };
    expect(() => columnOf(examples, 'recency')).toThrow('the examples have no column recency, only frequency');
  });
});
