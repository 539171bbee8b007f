import type { Examples, ModelKind, Parameters } from '../model.ts';
import { trainLogisticRegression } from './logistic-regression.ts';
import { trainMljsSvc } from './mljs-svc.ts';
import { trainMljsForest, trainMljsTree } from './mljs-trees.ts';
import type { Trainer, TrainOptions } from './trainer.ts';

/** The packages of mljs, as well as they can be used: on samples of the examples, and around their defects. */
export const trainMljs: Trainer = (kind, examples, options) => ({
  kind,
  engine: 'mljs',
  columns: examples.columns,
  parameters: trainers[kind](examples, options),
  calibration: { kind: 'none' },
  seed: options.seed,
  rows: examples.labels.length,
});

/** Logistic regression is the fast engine's too: ml-logistic-regression has no intercept, and IRLS here solves on ml-matrix. */
const trainers: Readonly<Record<ModelKind, (examples: Examples, options: TrainOptions) => Parameters>> = {
  logistic_regression: trainLogisticRegression,
  decision_tree: trainMljsTree,
  random_forest: trainMljsForest,
  linear_svc: trainMljsSvc,
};
