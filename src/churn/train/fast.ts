import { trainDecisionTree } from './decision-tree.ts';
import { trainLinearSvc } from './linear-svc.ts';
import { trainLogisticRegression } from './logistic-regression.ts';
import { trainRandomForest } from './random-forest.ts';
import { engineOf } from './trainer.ts';

/** The fast engine: own trainers on typed arrays, which take every example. */
export const trainFast = engineOf('fast', {
  logistic_regression: trainLogisticRegression,
  decision_tree: trainDecisionTree,
  random_forest: trainRandomForest,
  linear_svc: trainLinearSvc,
});
