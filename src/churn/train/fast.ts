import type { Examples, ModelKind, Parameters } from '../model.ts';
import { trainDecisionTree } from './decision-tree.ts';
import { trainLinearSvc } from './linear-svc.ts';
import { trainLogisticRegression } from './logistic-regression.ts';
import { trainRandomForest } from './random-forest.ts';
import type { Trainer, TrainOptions } from './trainer.ts';

/** The fast engine: own trainers on typed arrays, which take every example. */
export const trainFast: Trainer = (kind, examples, options) => ({
  kind,
  engine: 'fast',
  columns: examples.columns,
  parameters: trainers[kind](examples, options),
  calibration: { kind: 'none' },
  seed: options.seed,
  rows: examples.labels.length,
});

const trainers: Readonly<Record<ModelKind, (examples: Examples, options: TrainOptions) => Parameters>> = {
  logistic_regression: trainLogisticRegression,
  decision_tree: trainDecisionTree,
  random_forest: trainRandomForest,
  linear_svc: trainLinearSvc,
};
