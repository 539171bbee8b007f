import { trainLogisticRegression } from './logistic-regression.ts';
import { trainMljsSvc } from './mljs-svc.ts';
import { trainMljsForest, trainMljsTree } from './mljs-trees.ts';
import { engineOf } from './trainer.ts';

/**
 * The packages of mljs, as well as they can be used: on samples of the examples, and around their defects. Logistic regression is
 * the fast engine's too: ml-logistic-regression has no intercept, and IRLS here solves on ml-matrix.
 */
export const trainMljs = engineOf('mljs', {
  logistic_regression: trainLogisticRegression,
  decision_tree: trainMljsTree,
  random_forest: trainMljsForest,
  linear_svc: trainMljsSvc,
});
