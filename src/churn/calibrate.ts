import { rowsWhere } from './evaluation.ts';
import { fitIsotonic } from './isotonic.ts';
import { logLossOf, type Scored, weightedMean } from './metrics.ts';
import type { Calibration, Examples, Fitted } from './model.ts';
import { fitPlatt } from './platt.ts';
import { logOdds } from './probability.ts';
import { below, seededRandom } from './random.ts';
import { probabilityOf, scoreRows, scorerOf } from './scorer.ts';
import { checkExamples } from './train/check.ts';

const FOLDS = 5;

/**
 * The model with its scores made probabilities, by Platt's or isotonic calibration: whichever has the smaller log loss in a five-fold
 * cross-validation of the held-back rows, Platt's where they are equal. Then fitted to all of them.
 * @param heldBack later than what the model was trained on, and earlier than what it is tested on
 * @throws {TrainingError} for rows that nothing can be fitted to
 */
export function calibrate(model: Fitted, heldBack: Examples): Fitted {
  checkExamples(heldBack);
  const { form } = model.parameters;
  const scores = scoreRows(scorerOf(model).raw, heldBack.features, model.columns.length);
  const rows: Scored = { ...heldBack, scores };
  const folds = foldsOf(scores.length, model.seed);
  const platt = crossValidated((part) => plattOf(part, form), rows, folds, form);
  const isotonic = crossValidated(fitIsotonic, rows, folds, form);
  return { ...model, calibration: isotonic < platt ? fitIsotonic(rows) : plattOf(rows, form) };
}

function plattOf(rows: Scored, form: 'linear' | 'trees'): Calibration {
  return fitPlatt(form === 'linear' ? rows : { ...rows, scores: rows.scores.map(logOdds) });
}

function foldsOf(rows: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: rows }, () => below(random, FOLDS));
}

/** Log loss of rows that were not learnt from. */
function crossValidated(
  learn: (rows: Scored) => Calibration,
  rows: Scored,
  folds: Uint8Array,
  form: 'linear' | 'trees',
): number {
  const scores = new Float64Array(folds.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const probability = probabilityOf(learn(rowsWhere(rows, (row) => folds[row] !== fold)), form);
    for (let row = 0; row < folds.length; row++) {
      if (folds[row] === fold) scores[row] = probability(rows.scores[row] ?? 0);
    }
  }
  return weightedMean(logLossOf({ scores, labels: rows.labels }), rows.weights);
}
