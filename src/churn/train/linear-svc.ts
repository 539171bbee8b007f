import type { Examples, LinearParameters } from '../model.ts';
import { trainLinear } from './linear.ts';
import type { Loss } from './newton.ts';
import type { TrainOptions } from './trainer.ts';

export interface SvcOptions extends TrainOptions {
  /** What a row of weight 1 that is on the wrong side counts, beside the ridge of 1. Default .1. */
  readonly cost?: number;
}

/**
 * Linear support vector classifier with the squared hinge loss, by Newton's method on the primal (Chapelle 2007; Keerthi, DeCoste
 * 2005), on columns in logs. Its margin is no probability: calibrate it. @throws {TrainingError}
 */
export function trainLinearSvc(examples: Examples, options: SvcOptions): LinearParameters {
  // Cost × loss + ½|w|² has its minimum where loss + 1 / (2 · cost)·|w|² has it.
  return trainLinear(examples, { loss: squaredHinge, ridge: 1 / (options.cost ?? 0.1) }, options);
}

const squaredHinge: Loss = {
  value: (margin, label) => shortfall(margin, label) ** 2,
  slope: (margin, label) => -2 * side(label) * shortfall(margin, label),
  curvature: (margin, label) => (shortfall(margin, label) > 0 ? 2 : 0),
};

function side(label: number): number {
  return label === 1 ? 1 : -1;
}

function shortfall(margin: number, label: number): number {
  return Math.max(0, 1 - side(label) * margin);
}
