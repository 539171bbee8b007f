import type { Examples, LinearParameters } from '../model.ts';
import { fitScaler, scaledFeatures } from '../scaler.ts';
import { checkExamples } from './check.ts';
import { type Loss, minimise } from './newton.ts';
import type { TrainOptions } from './trainer.ts';

export interface LogisticOptions extends TrainOptions {
  /** See `LinearProblem`; in units of rows of weight 1. Default 1. */
  readonly ridge?: number;
}

/** Ridge logistic regression by IRLS, on columns in logs. Its margin is the log-odds of churn. @throws {TrainingError} */
export function trainLogisticRegression(examples: Examples, options: LogisticOptions): LinearParameters {
  checkExamples(examples);
  const scaler = fitScaler(examples);
  const solution = minimise(
    {
      ...examples,
      features: scaledFeatures(scaler, examples.features),
      width: scaler.length,
      loss: logistic,
      ridge: options.ridge ?? 1,
    },
    options,
  );
  return { form: 'linear', scaler, ...solution };
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
