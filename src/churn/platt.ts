import type { Scored } from './metrics.ts';
import type { Calibration } from './model.ts';

const MOST_ITERATIONS = 100;

/**
 * Fits probability = 1 / (1 + exp(−(slope·score + offset))) by Newton's method with backtracking, to labels that are drawn in a
 * little from 0 and 1 (Platt 1999; Lin, Lin, Weng 2007, whose algorithm this is).
 * @param scored log-odds or margins of examples that the model has not seen
 */
export function fitPlatt({ scores, labels, weights }: Scored): Calibration & { readonly kind: 'platt' } {
  let churned = 0;
  let stayed = 0;
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] === 1) churned += weights?.[row] ?? 1;
    else stayed += weights?.[row] ?? 1;
  }
  const targets = Float64Array.from(labels, (label) =>
    label === 1 ? (churned + 1) / (churned + 2) : 1 / (stayed + 2),
  );
  let slope = 0;
  let offset = Math.log((churned + 1) / (stayed + 1));
  let loss = crossEntropy(slope, offset);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const { bySlope, byOffset, slopeSlope, slopeOffset, offsetOffset } = derivatives(slope, offset);
    if (Math.abs(bySlope) < 1e-5 && Math.abs(byOffset) < 1e-5) break;
    const determinant = slopeSlope * offsetOffset - slopeOffset * slopeOffset;
    const slopeStep = -(offsetOffset * bySlope - slopeOffset * byOffset) / determinant;
    const offsetStep = -(slopeSlope * byOffset - slopeOffset * bySlope) / determinant;
    const promised = bySlope * slopeStep + byOffset * offsetStep;
    let length = 1;
    let next = crossEntropy(slope + slopeStep, offset + offsetStep);
    while (next >= loss + 1e-4 * length * promised && length > 1e-10) {
      length /= 2;
      next = crossEntropy(slope + length * slopeStep, offset + length * offsetStep);
    }
    // No step is better any more: rounding is all that is left.
    if (length <= 1e-10) break;
    slope += length * slopeStep;
    offset += length * offsetStep;
    loss = next;
  }
  return { kind: 'platt', slope, offset };

  function crossEntropy(slope: number, offset: number): number {
    let sum = 0;
    for (let row = 0; row < scores.length; row++) {
      const logit = slope * (scores[row] ?? 0) + offset;
      const rest = Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(logit, 0);
      sum += (weights?.[row] ?? 1) * (rest - (targets[row] ?? 0) * logit);
    }
    return sum;
  }

  function derivatives(slope: number, offset: number) {
    // The ridge of 1e-12 keeps the system solvable when all scores are the same.
    const sums = { bySlope: 0, byOffset: 0, slopeSlope: 1e-12, slopeOffset: 0, offsetOffset: 1e-12 };
    for (let row = 0; row < scores.length; row++) {
      const score = scores[row] ?? 0;
      const weight = weights?.[row] ?? 1;
      const probability = 1 / (1 + Math.exp(-(slope * score + offset)));
      const gap = weight * (probability - (targets[row] ?? 0));
      const bend = weight * probability * (1 - probability);
      sums.bySlope += gap * score;
      sums.byOffset += gap;
      sums.slopeSlope += bend * score * score;
      sums.slopeOffset += bend * score;
      sums.offsetOffset += bend;
    }
    return sums;
  }
}
