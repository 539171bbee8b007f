import type { Examples, LinearParameters } from '../model.ts';
import { fitScaler, scaledFeatures } from '../scaler.ts';
import { checkExamples } from './check.ts';
import { type LinearProblem, minimise } from './newton.ts';
import type { TrainOptions } from './trainer.ts';

/** A linear model of least loss, on columns in logs. @throws {TrainingError} */
export function trainLinear(
  examples: Examples,
  { loss, ridge }: Pick<LinearProblem, 'loss' | 'ridge'>,
  options: TrainOptions,
): LinearParameters {
  checkExamples(examples);
  const scaler = fitScaler(examples);
  const features = scaledFeatures(scaler, examples.features);
  const solution = minimise({ ...examples, features, width: scaler.length, loss, ridge }, options);
  return { form: 'linear', scaler, ...solution };
}
