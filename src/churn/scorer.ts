import { forestScorer, type RawScore } from './forest-scorer.ts';
import type { Calibration, Fitted, LinearParameters } from './model.ts';
import { logistic, logOdds } from './probability.ts';
import { transformed } from './scaler.ts';

/** Scores rows that lie end to end, each with the model's columns in the model's order. Allocates nothing. */
export interface Scorer {
  /** Before calibration; see `Calibration`. */
  readonly raw: RawScore;
  /** Probability that the customer churns. */
  readonly score: RawScore;
}

/**
 * The one way to score, live as in evaluation, so that both give the same bits. Make it once for a model: it lays the model out
 * in flat arrays. @throws {RangeError} for a forest of more than 65,535 thresholds in a column
 */
export function scorerOf({
  parameters,
  calibration,
  columns,
}: Pick<Fitted, 'parameters' | 'calibration' | 'columns'>): Scorer {
  const isLinear = parameters.form === 'linear';
  const raw = isLinear ? linearScorer(parameters) : forestScorer(parameters, columns.length);
  const probability = probabilityOf(calibration, parameters.form);
  return { raw, score: (features, offset) => probability(raw(features, offset)) };
}

/** @param features row by row */
export function scoreRows(score: RawScore, features: Float64Array, width: number): Float64Array {
  const scores = new Float64Array(features.length / width);
  for (let row = 0, offset = 0; row < scores.length; row++, offset += width) scores[row] = score(features, offset);
  return scores;
}

/** Hot path. */
function linearScorer({ scaler, weights, intercept }: LinearParameters): RawScore {
  const width = scaler.length;
  const transforms = scaler.map(({ transform }) => transform);
  const means = Float64Array.from(scaler, ({ mean }) => mean);
  const deviations = Float64Array.from(scaler, ({ deviation }) => deviation);
  const slopes = Float64Array.from(weights);
  return (features, offset) => {
    let margin = intercept;
    for (let column = 0; column < width; column++) {
      const value = transformed(transforms[column] ?? 'log1p', features[offset + column] ?? 0);
      margin += (slopes[column] ?? 0) * ((value - (means[column] ?? 0)) / (deviations[column] ?? 1));
    }
    return margin;
  };
}

/** Without calibration a margin is taken for log-odds, and a tree's share for a probability. */
export function probabilityOf(calibration: Calibration, form: 'linear' | 'trees'): (raw: number) => number {
  const isMargin = form === 'linear';
  switch (calibration.kind) {
    case 'none':
      return isMargin ? logistic : (raw) => raw;
    case 'platt': {
      const { slope, offset } = calibration;
      return isMargin ? (raw) => logistic(slope * raw + offset) : (raw) => logistic(slope * logOdds(raw) + offset);
    }
    case 'isotonic':
      return interpolation(Float64Array.from(calibration.raw), Float64Array.from(calibration.probability));
  }
}

/** Linear between knots, constant outside of them. @param xs rising */
function interpolation(xs: Float64Array, ys: Float64Array): (x: number) => number {
  const last = xs.length - 1;
  return (x) => {
    let low = 0;
    let high = last;
    if (x <= (xs[0] ?? 0)) return ys[0] ?? 0;
    if (x >= (xs[last] ?? 0)) return ys[last] ?? 0;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((xs[middle] ?? 0) <= x) low = middle;
      else high = middle;
    }
    const from = ys[low] ?? 0;
    const share = (x - (xs[low] ?? 0)) / ((xs[high] ?? 0) - (xs[low] ?? 0));
    return from + ((ys[high] ?? 0) - from) * share;
  };
}
