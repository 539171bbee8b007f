import Svm from 'ml-svm';
import type { Examples, LinearParameters } from '../model.ts';
import { type Random, seededRandom } from '../random.ts';
import { fitScaler, scaledFeatures } from '../scaler.ts';
import { checkExamples } from './check.ts';
import { type Draw, drawer } from './draw.ts';
import { advance, TrainingError, type TrainOptions } from './trainer.ts';

export interface MljsSvcOptions extends TrainOptions {
  /** How many fits are averaged. Default 16. */
  readonly fits?: number;
  /** Rows of a fit, half of them churned: the kernel is a matrix of rows × rows. Default 1,000. */
  readonly rows?: number;
  /** Default .1. */
  readonly cost?: number;
}

/** A fit that fails is tried again so often, with other rows and a quarter less of them: small samples run away less often. */
const TRIES = 10;
const LESS = 0.75;

interface Fit {
  readonly weights: readonly number[];
  readonly intercept: number;
}

/**
 * Linear support vector classifier by ml-svm: the mean of fits on small balanced samples. Its SMO clips the multipliers wrongly, so that
 * some fits run away, to NaN in silence or until the iterations end; these are tried again with other rows.
 * @throws {TrainingError}
 */
export function trainMljsSvc(examples: Examples, options: MljsSvcOptions): LinearParameters {
  checkExamples(examples);
  const { fits = 16, rows = 1_000, cost = 0.1 } = options;
  const scaler = fitScaler(examples);
  const scaled = { ...examples, features: scaledFeatures(scaler, examples.features) };
  const random = seededRandom(options.seed);
  const classes = [drawer(examples, random, (label) => label === 0), drawer(examples, random, (label) => label === 1)];
  const found: Fit[] = [];
  for (let fit = 1; fit <= fits; fit++) {
    found.push(
      untilItHolds((share) =>
        fitOnce(scaled, drawFrom(classes, share * Math.min(rows, examples.labels.length)), cost, random),
      ),
    );
    advance(options, fit, fits);
  }
  return {
    form: 'linear',
    scaler,
    weights: scaler.map((_, column) => mean(found.map(({ weights }) => weights[column] ?? 0))),
    intercept: mean(found.map(({ intercept }) => intercept)),
  };
}

type Outcome = Fit | { readonly failure: unknown };

function untilItHolds(attempt: (share: number) => Outcome): Fit {
  let failure: unknown;
  for (let tries = 0; tries < TRIES; tries++) {
    const outcome = attempt(LESS ** tries);
    if ('weights' in outcome) return outcome;
    failure = outcome.failure;
  }
  throw new TrainingError(
    'NOT_CONVERGED',
    `ml-svm found no linear SVC in ${TRIES} samples of the examples (${failure}). Nothing is trained; use the fast engine, or a smaller cost`,
    { cause: failure },
  );
}

function drawFrom(classes: readonly Draw[], rows: number): readonly number[] {
  return Array.from({ length: Math.max(2, Math.round(rows)) }, (_, at) => classes[at % classes.length]?.() ?? 0);
}

function fitOnce(
  { features, labels, columns }: Examples,
  rows: readonly number[],
  cost: number,
  random: Random,
): Outcome {
  const width = columns.length;
  const svm = new Svm({
    C: cost,
    tol: 1e-3,
    maxPasses: 3,
    maxIterations: 300,
    kernel: 'linear',
    // The columns have been standardised.
    whitening: false,
    random,
  });
  try {
    svm.train(
      rows.map((row) => Array.from(features.subarray(row * width, (row + 1) * width))),
      rows.map((row) => (labels[row] === 1 ? 1 : -1)),
    );
  } catch (failure) {
    return { failure };
  }
  const { W: weights, b: intercept } = svm;
  return [...weights, intercept].every(Number.isFinite)
    ? { weights, intercept }
    : { failure: 'weights are not finite' };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
