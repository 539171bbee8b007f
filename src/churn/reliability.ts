import { ascending, type Scored, type WeightedMetric } from './metrics.ts';

/** One point of a reliability plot: rows that were given about the same probability. */
export interface ReliabilityBin {
  /** Sum of the rows' weights. */
  readonly weight: number;
  readonly lowest: number;
  readonly highest: number;
  readonly meanProbability: number;
  /** Share of them that churned. */
  readonly observed: number;
  /** Σ w²·p·(1 − p): variance of the number that churn, if the probabilities are right. */
  readonly variance: number;
}

const BINS = 10;

/**
 * Bins of about equal weight, by rising probability. Rows with the same probability stay together, in the bin where the first
 * of them falls, so that the order of rows does not matter; a bin that this leaves empty is not there.
 */
export function reliability(scored: Scored, bins = BINS): readonly ReliabilityBin[] {
  return reliabilityOf(scored, bins)(scored.weights);
}

/**
 * Expected calibration error: mean over the ten bins, by weight, of |mean probability − share that churned|.
 * Read it against `calibrationErrorFloor`.
 */
export function calibrationError(scored: Scored): number {
  return calibrationErrorOf(scored)(scored.weights);
}

export function calibrationErrorOf(scored: Scored): WeightedMetric {
  const binned = reliabilityOf(scored, BINS);
  return (weights) => meanOver(binned(weights), (bin) => Math.abs(bin.meanProbability - bin.observed));
}

/**
 * What the calibration error is expected to be when y ~ Bernoulli(p), that is for a perfect model: chance alone makes it
 * positive. A bin's sum of y − p is taken as normal, so its mean absolute value is √(2/π) of its deviation.
 */
export function calibrationErrorFloor(scored: Scored): number {
  return meanOver(reliability(scored), (bin) => Math.sqrt((2 / Math.PI) * bin.variance) / bin.weight);
}

function meanOver(bins: readonly ReliabilityBin[], value: (bin: ReliabilityBin) => number): number {
  let sum = 0;
  let total = 0;
  for (const bin of bins) {
    sum += bin.weight * value(bin);
    total += bin.weight;
  }
  return sum / total;
}

function reliabilityOf(scored: Scored, bins: number): (weights?: Float64Array) => readonly ReliabilityBin[] {
  const order = ascending(scored.scores);
  return (weights) => {
    const total = weights === undefined ? order.length : weights.reduce((sum, weight) => sum + weight, 0);
    const found: ReliabilityBin[] = [];
    let before = 0;
    for (let start = 0; start < order.length; ) {
      const limit = ((Math.floor((before * bins) / total) + 1) * total) / bins;
      const end = endOfBin(scored.scores, order, start, limit - before, weights);
      const bin = binOf(scored, order.subarray(start, end), weights);
      before += bin.weight;
      if (bin.weight > 0) found.push(bin);
      start = end;
    }
    return found;
  };
}

/** After the first rows of `order` from `start` that together weigh `enough`, and all that tie with the last of them. */
function endOfBin(
  scores: Float64Array,
  order: Uint32Array,
  start: number,
  enough: number,
  weights: Float64Array | undefined,
): number {
  let weight = 0;
  let end = start;
  for (; end < order.length; end++) {
    const row = order[end] ?? 0;
    const tied = end > start && scores[row] === scores[order[end - 1] ?? 0];
    if (!tied && weight >= enough - 1e-9) break;
    weight += weights?.[row] ?? 1;
  }
  return end;
}

function binOf({ scores, labels }: Scored, rows: Uint32Array, weights: Float64Array | undefined): ReliabilityBin {
  let weight = 0;
  let probability = 0;
  let churned = 0;
  let variance = 0;
  for (const row of rows) {
    const one = weights?.[row] ?? 1;
    const score = scores[row] ?? 0;
    weight += one;
    probability += one * score;
    churned += labels[row] === 1 ? one : 0;
    variance += one * one * score * (1 - score);
  }
  return {
    weight,
    lowest: scores[rows[0] ?? 0] ?? 0,
    highest: scores[rows.at(-1) ?? 0] ?? 0,
    meanProbability: probability / weight,
    observed: churned / weight,
    variance,
  };
}
