import type { Examples, LinearParameters } from '../model.ts';
import { trainLinear } from './linear.ts';
import type { Loss } from './newton.ts';
import type { TrainOptions } from './trainer.ts';

export interface LogisticOptions extends TrainOptions {
  /** See `LinearProblem`; in units of rows of weight 1. Default 1. */
  readonly ridge?: number;
}

/** Ridge logistic regression by IRLS, on columns in logs. Its margin is the log-odds of churn. @throws {TrainingError} */
export function trainLogisticRegression(examples: Examples, options: LogisticOptions): LinearParameters {
  return trainLinear(examples, { loss: logistic, ridge: options.ridge ?? 1 }, options);
}

/** −ln of the probability that is given to the label. */
const logistic: Loss = {
  value: (margin, label) => Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(margin, 0) - label * margin,
  slope: (margin, label) => 1 / (1 + Math.exp(-margin)) - label,
  curvature(margin) {
    const tail = Math.exp(-Math.abs(margin));
    return tail / ((1 + tail) * (1 + tail));
  },
};
