import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auc, brier, logLoss, type Scored } from './metrics.ts';
import { calibrationError, reliability } from './reliability.ts';
import { scoredRows, weightedRows } from './scored.testing.ts';
import { bestThreshold, decisionsAt } from './threshold.ts';

/** The definitions, word for word, however slow. */
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const rowsOf = ({ scores, labels, weights }: Scored) =>
  [...scores].map((score, row) => ({ score, churned: labels[row] === 1, weight: weights?.[row] ?? 1 }));

function aucByPairs(scored: Scored): number {
  const rows = rowsOf(scored);
  const pairs = rows
    .filter((row) => row.churned)
    .flatMap((churned) =>
      rows
        .filter((row) => !row.churned)
        .map((stayed) => ({
          weight: churned.weight * stayed.weight,
          won: churned.score > stayed.score ? 1 : churned.score === stayed.score ? 0.5 : 0,
        })),
    );
  return sum(pairs.map(({ weight, won }) => weight * won)) / sum(pairs.map(({ weight }) => weight));
}

function calibrationErrorByRows(scored: Scored): number {
  const rows = rowsOf(scored);
  const total = sum(rows.map(({ weight }) => weight));
  const binOf = (score: number) =>
    Math.floor((10 * sum(rows.filter((row) => row.score < score).map(({ weight }) => weight))) / total);
  const bins = Map.groupBy(rows, ({ score }) => binOf(score));
  const gaps = [...bins.values()].map((bin) =>
    sum(bin.map(({ score, churned, weight }) => weight * (score - Number(churned)))),
  );
  return sum(gaps.map(Math.abs)) / total;
}

describe('AUC', () => {
  it('is the share of pairs in which the churned customer scores higher, ties half', () => {
    fc.assert(
      fc.property(weightedRows(), (scored) => {
        expect(auc(scored)).toBeCloseTo(aucByPairs(scored), 10);
      }),
    );
  });

  it('is .5 for scores that are all the same, and not defined where nobody stayed', () => {
    const labels = Uint8Array.of(1, 0, 1);
    expect(auc({ scores: Float64Array.of(0.3, 0.3, 0.3), labels })).toBe(0.5);
    expect(auc({ scores: Float64Array.of(0.3, 0.2), labels: Uint8Array.of(1, 1) })).toBeNaN();
  });

  it('counts a row of weight 3 as three rows', () => {
    fc.assert(
      fc.property(scoredRows(), ({ scores, labels }) => {
        const weights = scores.map((_, row) => 1 + (row % 4));
        const repeated = [...scores.keys()].flatMap((row) => new Array<number>(1 + (row % 4)).fill(row));
        const copies = {
          scores: Float64Array.from(repeated, (row) => scores[row] ?? 0),
          labels: Uint8Array.from(repeated, (row) => labels[row] ?? 0),
        };
        expect(auc({ scores, labels, weights })).toBeCloseTo(auc(copies), 10);
      }),
    );
  });
});

describe('Log loss and Brier', () => {
  it('are the weighted means of −ln of the probability of what happened, and of the squared error', () => {
    fc.assert(
      fc.property(weightedRows({ min: 0.01, max: 0.99 }), (scored) => {
        const rows = rowsOf(scored);
        const total = sum(rows.map(({ weight }) => weight));
        const losses = rows.map(({ score, churned, weight }) => -weight * Math.log(churned ? score : 1 - score));
        const squares = rows.map(({ score, churned, weight }) => weight * (score - Number(churned)) ** 2);
        expect(logLoss(scored)).toBeCloseTo(sum(losses) / total, 10);
        expect(brier(scored)).toBeCloseTo(sum(squares) / total, 10);
      }),
    );
  });

  it('stay finite when a certainty was wrong', () => {
    expect(logLoss({ scores: Float64Array.of(0, 1), labels: Uint8Array.of(1, 0) })).toBeCloseTo(-Math.log(1e-15), 1);
  });
});

describe('Calibration error', () => {
  it('is the mean gap of ten bins of equal weight in which ties stay together', () => {
    fc.assert(
      fc.property(scoredRows(), (scored) => {
        expect(calibrationError(scored)).toBeCloseTo(calibrationErrorByRows(scored), 10);
      }),
    );
  });

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(weightedRows(), (scored) => {
        const reversed = { ...scored, scores: scored.scores.toReversed(), labels: scored.labels.toReversed() };
        const weights = scored.weights?.toReversed() ?? new Float64Array();
        expect(calibrationError({ ...reversed, weights })).toBeCloseTo(calibrationError(scored), 9);
      }),
    );
  });

  it('has ten bins of a tenth of the rows each where nothing ties', () => {
    const scores = Float64Array.from({ length: 1_000 }, (_, row) => ((row * 377) % 1_000) / 1_000);
    const bins = reliability({ scores, labels: new Uint8Array(1_000) });
    expect(bins.map(({ weight }) => weight)).toEqual(new Array(10).fill(100));
    expect(bins.map(({ lowest }) => lowest)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
  });
});

describe('A threshold', () => {
  it('gives accuracy, precision, recall and F1 of calling churned whoever scores at or above it', () => {
    const scored = { scores: Float64Array.of(0.9, 0.8, 0.7, 0.2, 0.1), labels: Uint8Array.of(1, 0, 1, 1, 0) };
    const { accuracy, precision, recall, f1 } = decisionsAt(scored, 0.7);
    expect(accuracy).toBeCloseTo(3 / 5);
    expect(precision).toBeCloseTo(2 / 3);
    expect(recall).toBeCloseTo(2 / 3);
    expect(f1).toBeCloseTo(2 / 3);
  });

  it('is chosen so that no other score has a greater F1', () => {
    fc.assert(
      fc.property(weightedRows(), (scored) => {
        const chosen = decisionsAt(scored, bestThreshold(scored)).f1;
        const others = [...scored.scores].map((score) => decisionsAt(scored, score).f1);
        expect(chosen).toBeCloseTo(Math.max(...others), 10);
      }),
    );
  });

  it('calls no more customers churned than its F1 needs', () => {
    const scored = { scores: Float64Array.of(0.9, 0.5, 0.4), labels: Uint8Array.of(1, 0, 0) };
    expect(bestThreshold(scored)).toBe(0.9);
  });
});
