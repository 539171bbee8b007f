import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate } from './calibrate.ts';
import { fitIsotonic } from './isotonic.ts';
import { column } from './made-up.testing.ts';
import type { Scored } from './metrics.ts';
import type { Fitted } from './model.ts';
import { fitPlatt } from './platt.ts';
import { logistic } from './probability.ts';
import { seededRandom } from './random.ts';
import { weightedRows } from './scored.testing.ts';

/** Scores from −3 to 3, and labels drawn by a law. */
function drawn(rows: number, law: (score: number) => number): Scored {
  const random = seededRandom(9);
  const scores = Float64Array.from({ length: rows }, () => 6 * random() - 3);
  return { scores, labels: Uint8Array.from(scores, (score) => (random() < law(score) ? 1 : 0)) };
}

function repeated({ scores, labels, weights }: Scored): Scored {
  const rows = Array.from(labels, (_, row) => new Array<number>(weights?.[row] ?? 1).fill(row)).flat();
  return {
    scores: Float64Array.from(rows, (row) => scores[row] ?? 0),
    labels: Uint8Array.from(rows, (row) => labels[row] ?? 0),
  };
}

describe("Platt's calibration", () => {
  it('finds the slope and offset that labels were drawn by', () => {
    const { slope, offset } = fitPlatt(drawn(50_000, (score) => logistic(1.7 * score - 0.6)));
    expect(slope).toBeCloseTo(1.7, 1);
    expect(offset).toBeCloseTo(-0.6, 1);
  });

  it('is finite where scores separate the labels', () => {
    const { slope } = fitPlatt({ scores: Float64Array.of(-2, -1, 1, 2), labels: Uint8Array.of(0, 0, 1, 1) });
    expect(slope).toBeGreaterThan(0.5);
    expect(slope).toBeLessThan(2);
  });

  it('gives scores that are all the same the share that churned, drawn in a little', () => {
    const { slope, offset } = fitPlatt({ scores: Float64Array.of(0, 0, 0, 0), labels: Uint8Array.of(0, 1, 1, 1) });
    expect(slope).toBe(0);
    expect(logistic(offset)).toBeCloseTo((3 * (4 / 5) + 1 / 3) / 4, 6);
  });

  it('takes weights for repeated rows', () => {
    fc.assert(
      fc.property(weightedRows(), (rows) => {
        const [one, other] = [fitPlatt(rows), fitPlatt(repeated(rows))];
        // Where all scores are the same, many a slope with its offset says the same of them.
        for (const score of rows.scores)
          expect(one.slope * score + one.offset).toBeCloseTo(other.slope * score + other.offset, 5);
      }),
    );
  });
});

describe('isotonic calibration', () => {
  it('pools neighbours that are in the wrong order, with a knot in their middle', () => {
    const scores = Float64Array.of(1, 2, 3, 4, 5, 6);
    const { raw, probability } = fitIsotonic({ scores, labels: Uint8Array.of(0, 1, 0, 0, 1, 1) });
    expect(raw).toEqual([1, 3, 5.5]);
    expect(probability).toEqual([1 / 8, 1 / 3, 7 / 8]);
  });

  it('rises, in scores and in probabilities, and keeps away from 0 and 1', () => {
    fc.assert(
      fc.property(weightedRows(), (rows) => {
        const { raw, probability } = fitIsotonic(rows);
        for (const knots of [raw, probability]) {
          for (const [at, knot] of knots.entries()) expect(at === 0 || knot > (knots[at - 1] ?? 0)).toBe(true);
        }
        expect(probability.every((one) => one > 0 && one < 1)).toBe(true);
      }),
    );
  });

  it('takes weights for repeated rows', () => {
    fc.assert(
      fc.property(weightedRows(), (rows) => {
        const [one, other] = [fitIsotonic(rows), fitIsotonic(repeated(rows))];
        expect(one.raw.length).toBe(other.raw.length);
        for (const [at, knot] of one.raw.entries()) expect(knot).toBeCloseTo(other.raw[at] ?? 0, 9);
        for (const [at, knot] of one.probability.entries()) expect(knot).toBeCloseTo(other.probability[at] ?? 0, 9);
      }),
    );
  });
});

describe('a model is calibrated', () => {
  const margin: Fitted = {
    kind: 'linear_svc',
    engine: 'fast',
    columns: ['recency'],
    parameters: {
      form: 'linear',
      scaler: [{ name: 'recency', transform: 'signed_log1p', mean: 0, deviation: 1 }],
      weights: [1],
      intercept: 0,
    },
    calibration: { kind: 'none' },
    seed: 1,
    rows: 1,
  };

  function by(law: (score: number) => number): string {
    const { scores, labels } = drawn(4_000, law);
    const features = scores.map((score) => Math.sign(score) * Math.expm1(Math.abs(score)));
    return calibrate(margin, { columns: ['recency'], features, labels }).calibration.kind;
  }

  it("by Platt's method where the law is its curve", () => {
    expect(by((score) => logistic(2 * score))).toBe('platt');
  });

  it('by steps where the law has a step', () => {
    expect(by((score) => (score < 1 ? 0.3 : 0.6))).toBe('isotonic');
  });

  it('but not on rows of one class', () => {
    expect(() => calibrate(margin, column([1, 1], [2, 1]))).toThrow(expect.objectContaining({ code: 'ONE_CLASS' }));
  });

  it('in the same way each time', () => {
    const { scores, labels } = drawn(500, (score) => logistic(score));
    const heldBack = { columns: ['recency'], features: scores, labels };
    expect(calibrate(margin, heldBack)).toEqual(calibrate(margin, heldBack));
  });
});
