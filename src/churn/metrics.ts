/** What a metric is a metric of: one row per customer and snapshot. All arrays are of one length. */
export interface Scored {
  /** Probabilities that the customer churns; for `auc` anything that rises with them. */
  readonly scores: Float64Array;
  /** 1: churned. */
  readonly labels: Uint8Array;
  /** 0 or more; all 1 where absent. */
  readonly weights?: Float64Array;
}

/** A metric with its rows put in order once, to be computed under many weights. NaN where it is not defined. */
export type WeightedMetric = (weights?: Float64Array) => number;

/**
 * The chance that a churned customer scores above one who stayed, ties counting half (Mann–Whitney).
 * NaN where one of the two is missing.
 */
export function auc(scored: Scored): number {
  return aucOf(scored)(scored.weights);
}

export function aucOf({ scores, labels }: Scored): WeightedMetric {
  const order = ascending(scores);
  return (weights) => {
    let stayedBelow = 0;
    let churned = 0;
    let pairs = 0;
    for (let start = 0; start < order.length; ) {
      const score = scores[order[start] ?? 0];
      let churnedHere = 0;
      let stayedHere = 0;
      let end = start;
      for (; end < order.length && scores[order[end] ?? 0] === score; end++) {
        const row = order[end] ?? 0;
        const weight = weights?.[row] ?? 1;
        if (labels[row] === 1) churnedHere += weight;
        else stayedHere += weight;
      }
      pairs += churnedHere * (stayedBelow + stayedHere / 2);
      stayedBelow += stayedHere;
      churned += churnedHere;
      start = end;
    }
    return pairs / (churned * stayedBelow);
  };
}

/** Rows by rising score. @throws RangeError for a score that is no number: it is equal to none, not even itself */
export function ascending(scores: Float64Array): Uint32Array {
  if (scores.some(Number.isNaN)) throw new RangeError('a score is not a number');
  const order = new Uint32Array(scores.length);
  for (let row = 0; row < order.length; row++) order[row] = row;
  return order.sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
}

/** Mean squared error of the probabilities. */
export function brier(scored: Scored): number {
  return weightedMean(brierOf(scored), scored.weights);
}

/** Of each row. */
export function brierOf({ scores, labels }: Scored): Float64Array {
  return scores.map((score, row) => (score - (labels[row] ?? 0)) ** 2);
}

/** Probabilities of 0 and 1 count as this far from them: one of them that is wrong must not make a model's loss infinite. */
const SURE = 1e-15;

/** Mean of −ln of the probability that was given to what happened, in nats. */
export function logLoss(scored: Scored): number {
  return weightedMean(logLossOf(scored), scored.weights);
}

/** Of each row. */
export function logLossOf({ scores, labels }: Scored): Float64Array {
  return scores.map((score, row) => {
    const clipped = Math.min(Math.max(score, SURE), 1 - SURE);
    return labels[row] === 1 ? -Math.log(clipped) : -Math.log1p(-clipped);
  });
}

/** NaN without rows. @param values of each row */
export function weightedMean(values: Float64Array, weights?: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights?.[row] ?? 1;
    sum += weight * (values[row] ?? 0);
    total += weight;
  }
  return sum / total;
}
