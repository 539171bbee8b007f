import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate } from './calibrate.ts';
import { madeUpExamples } from './made-up.testing.ts';
import type { Fitted, ModelKind, TreeParameters } from './model.ts';
import { scoreRows, scorerOf } from './scorer.ts';
import { trainFast } from './train/fast.ts';

const kinds: readonly ModelKind[] = ['logistic_regression', 'linear_svc', 'decision_tree', 'random_forest'];
const seen = madeUpExamples(2_000, 1);
const heldBack = madeUpExamples(1_000, 2);
const models = new Map(kinds.map((kind) => [kind, calibrate(trainFast(kind, seen, { seed: 1 }), heldBack)]));
const width = seen.columns.length;

function modelOf(kind: ModelKind): Fitted {
  const model = models.get(kind);
  if (model === undefined) throw new Error(`no model ${kind}`);
  return model;
}

/** Down one tree after the other, as the parameters read. */
function walked({ roots, feature, threshold, left, right, value }: TreeParameters, row: Float64Array): number {
  let sum = 0;
  for (const root of roots) {
    let node = root;
    for (let column = feature[node] ?? -1; column >= 0; column = feature[node] ?? -1) {
      node = ((row[column] ?? 0) <= (threshold[node] ?? 0) ? left : right)[node] ?? 0;
    }
    sum += value[node] ?? 0;
  }
  return sum / roots.length;
}

describe.each(kinds)('the scores of %s', (kind) => {
  it('are probabilities', () => {
    const scores = scoreRows(scorerOf(modelOf(kind)).score, heldBack.features, width);
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
  });

  it('are the same bits after the model went through JSON', () => {
    const model = modelOf(kind);
    const copy: Fitted = JSON.parse(JSON.stringify(model));
    expect(scoreRows(scorerOf(copy).score, heldBack.features, width)).toEqual(
      scoreRows(scorerOf(model).score, heldBack.features, width),
    );
  });

  it('are the same bits after the model went through Avro doubles', () => {
    const model = modelOf(kind);
    const double = avsc.Type.forSchema('double');
    const copy: Fitted = JSON.parse(JSON.stringify(model), (_, value) =>
      typeof value === 'number' ? double.fromBuffer(double.toBuffer(value)) : value,
    );
    expect(scoreRows(scorerOf(copy).score, heldBack.features, width)).toEqual(
      scoreRows(scorerOf(model).score, heldBack.features, width),
    );
  });

  it('do not depend on the rows that were scored before', () => {
    const scorer = scorerOf(modelOf(kind));
    const last = heldBack.features.length - width;
    const alone = scorer.score(heldBack.features, last);
    scoreRows(scorer.score, heldBack.features, width);
    expect(scorer.score(heldBack.features.slice(last), 0)).toBe(alone);
  });
});

it('a forest scores as walking down its trees does, to the bit, also on a threshold and with any number of trees', () => {
  const { parameters } = modelOf('random_forest');
  if (parameters.form !== 'trees') throw new Error('a forest has trees');
  const { threshold } = parameters;
  const value = fc.oneof(fc.constantFrom(...threshold), fc.double({ noNaN: true }));
  const row = fc.array(value, { minLength: width, maxLength: width });
  fc.assert(
    fc.property(row, fc.integer({ min: 1, max: 9 }), (values, trees) => {
      const few = { ...parameters, roots: parameters.roots.slice(0, trees) };
      const { raw } = scorerOf({ parameters: few, calibration: { kind: 'none' }, columns: seen.columns });
      const features = Float64Array.from(values);
      expect(raw(features, 0)).toBe(walked(few, features));
    }),
  );
});

it('isotonic probabilities are linear between knots and constant outside', () => {
  const parameters = { form: 'linear', scaler: [], weights: [], intercept: 0 } as const;
  const calibration = { kind: 'isotonic', raw: [0, 1, 3], probability: [0.2, 0.4, 0.8] } as const;
  const at = (intercept: number): number =>
    scorerOf({ parameters: { ...parameters, intercept }, calibration, columns: [] }).score(new Float64Array(), 0);
  expect([-5, 0, 0.5, 1, 2, 3, 9].map(at)).toEqual([0.2, 0.2, expect.closeTo(0.3), 0.4, expect.closeTo(0.6), 0.8, 0.8]);
});
