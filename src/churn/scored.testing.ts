import fc from 'fast-check';
import type { Scored } from './metrics.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Rows of which some churned and some did not, with scores that often tie. */
export function scoredRows({ min, max }: Range = { min: 0, max: 1 }): fc.Arbitrary<Scored> {
  const steps = 12;
  const score = fc.integer({ min: 0, max: steps }).map((step) => min + (step * (max - min)) / steps);
  const row = fc.record({ score, churned: fc.boolean() });
  return fc
    .array(row, { minLength: 2, maxLength: 60 })
    .filter((rows) => rows.some(({ churned }) => churned) && rows.some(({ churned }) => !churned))
    .map((rows) => ({
      scores: Float64Array.from(rows, (each) => each.score),
      labels: Uint8Array.from(rows, ({ churned }) => Number(churned)),
    }));
}

/** The same with weights, which are whole numbers so that sums do not depend on their order. */
export function weightedRows(range?: Range): fc.Arbitrary<Scored> {
  return scoredRows(range).chain((scored) =>
    fc
      .array(fc.integer({ min: 1, max: 9 }), { minLength: scored.scores.length, maxLength: scored.scores.length })
      .map((weights) => ({ ...scored, weights: Float64Array.from(weights) })),
  );
}
