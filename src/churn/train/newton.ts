import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { advance, TrainingError, type TrainOptions } from './trainer.ts';

/** Of a row, by its margin; convex in it. */
export interface Loss {
  value(margin: number, label: number): number;
  slope(margin: number, label: number): number;
  curvature(margin: number, label: number): number;
}

export interface LinearProblem {
  /** Row by row, standardised. */
  readonly features: Float64Array;
  readonly labels: Uint8Array;
  readonly weights?: Float64Array;
  readonly width: number;
  readonly loss: Loss;
  /** Added to what is minimised: ridge / 2 × the sum of the squared coefficients, the intercept's apart. More than 0. */
  readonly ridge: number;
}

export interface LinearSolution {
  readonly weights: readonly number[];
  readonly intercept: number;
}

const MOST_ITERATIONS = 100;
/** Of what could still be gained, by the quadratic model, per unit of weight: far below what a score shows. */
const TOLERANCE = 1e-14;

/**
 * Minimises Σ weight × loss + ridge by Newton's method with step halving (Boyd, Vandenberghe 2004, §9.5). Ends when the Newton
 * decrement² / 2 is within 1e-14 of the total weight. With the logistic loss this is IRLS. The ridge keeps the coefficients of
 * separable examples finite.
 * @throws {TrainingError} NOT_CONVERGED
 */
export function minimise(problem: LinearProblem, options: TrainOptions): LinearSolution {
  const { features, labels, weights, width, ridge } = problem;
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? labels.length;
  const at = new Float64Array(width + 1);
  const margins = new Float64Array(labels.length);
  const along = new Float64Array(labels.length);
  for (let iteration = 1; iteration <= MOST_ITERATIONS; iteration++) {
    const { gradient, hessian } = derivatives(problem, at, margins, total);
    const step = descent(hessian, gradient);
    const decrement = -dot(step, gradient);
    if (decrement / 2 <= TOLERANCE * total) return { weights: [...at.subarray(0, width)], intercept: at[width] ?? 0 };
    marginsOf(features, width, step, along);
    const length = stepLength(problem, at, step, margins, along, decrement);
    for (let column = 0; column <= width; column++) at[column] = (at[column] ?? 0) + length * (step[column] ?? 0);
    marginsOf(features, width, at, margins);
    advance(options, iteration, MOST_ITERATIONS);
  }
  throw notConverged(`${MOST_ITERATIONS} steps with a ridge of ${ridge} were not enough`);
}

function derivatives(problem: LinearProblem, at: Float64Array, margins: Float64Array, total: number) {
  const { features, labels, weights, width, loss, ridge } = problem;
  const size = width + 1;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  for (let row = 0; row < labels.length; row++) {
    const weight = weights?.[row] ?? 1;
    const label = labels[row] ?? 0;
    const slope = weight * loss.slope(margins[row] ?? 0, label);
    const curvature = weight * loss.curvature(margins[row] ?? 0, label);
    if (slope === 0 && curvature === 0) continue;
    const start = row * width;
    for (let i = 0; i < width; i++) {
      const feature = features[start + i] ?? 0;
      gradient[i] = (gradient[i] ?? 0) + slope * feature;
      const bent = curvature * feature;
      const line = i * size;
      for (let j = 0; j <= i; j++) hessian[line + j] = (hessian[line + j] ?? 0) + bent * (features[start + j] ?? 0);
      hessian[width * size + i] = (hessian[width * size + i] ?? 0) + bent;
    }
    gradient[width] = (gradient[width] ?? 0) + slope;
    hessian[size * size - 1] = (hessian[size * size - 1] ?? 0) + curvature;
  }
  for (let i = 0; i < width; i++) {
    gradient[i] = (gradient[i] ?? 0) + ridge * (at[i] ?? 0);
    hessian[i * size + i] = (hessian[i * size + i] ?? 0) + ridge;
  }
  // The intercept has no ridge: without this the system is singular once no row bends the loss any more.
  hessian[size * size - 1] = (hessian[size * size - 1] ?? 0) + 1e-9 * total;
  return { gradient, hessian };
}

/** −hessian⁻¹ · gradient. @param hessian its lower half */
function descent(hessian: Float64Array, gradient: Float64Array): Float64Array {
  const size = gradient.length;
  const symmetric = new Matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      symmetric.set(i, j, hessian[i * size + j] ?? 0);
      symmetric.set(j, i, hessian[i * size + j] ?? 0);
    }
  }
  const cholesky = new CholeskyDecomposition(symmetric);
  if (!cholesky.isPositiveDefinite()) throw notConverged('the examples give a system that has no solution');
  return Float64Array.from(cholesky.solve(Matrix.columnVector(gradient)).to1DArray(), (value) => -value);
}

/** The first of 1, ½, ¼ … that gains at least a ten-thousandth of what the slope promises (Armijo's rule). */
function stepLength(
  problem: LinearProblem,
  at: Float64Array,
  step: Float64Array,
  margins: Float64Array,
  along: Float64Array,
  decrement: number,
): number {
  const before = objective(problem, at, step, margins, along, 0);
  const rounding = 1e-14 * Math.abs(before);
  for (let length = 1; length > 1e-10; length /= 2) {
    const after = objective(problem, at, step, margins, along, length);
    if (after <= before - 1e-4 * length * decrement + rounding) return length;
  }
  throw notConverged('no step makes the loss smaller');
}

function objective(
  { labels, weights, width, loss, ridge }: LinearProblem,
  at: Float64Array,
  step: Float64Array,
  margins: Float64Array,
  along: Float64Array,
  length: number,
): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const margin = (margins[row] ?? 0) + length * (along[row] ?? 0);
    sum += (weights?.[row] ?? 1) * loss.value(margin, labels[row] ?? 0);
  }
  for (let i = 0; i < width; i++) sum += (ridge / 2) * ((at[i] ?? 0) + length * (step[i] ?? 0)) ** 2;
  return sum;
}

function marginsOf(features: Float64Array, width: number, at: Float64Array, margins: Float64Array): void {
  const intercept = at[width] ?? 0;
  for (let row = 0, start = 0; row < margins.length; row++, start += width) {
    let margin = intercept;
    for (let i = 0; i < width; i++) margin += (at[i] ?? 0) * (features[start + i] ?? 0);
    margins[row] = margin;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function notConverged(why: string): TrainingError {
  return new TrainingError(
    'NOT_CONVERGED',
    `no linear model was found: ${why}. Nothing is trained; look for columns with extreme values, or raise the ridge`,
  );
}
