import { FEATURES, featureNames } from './features.ts';
import type { Model, Parameters } from './model.ts';

/** Churn is likelier the longer somebody is silent, by this much, and less likely the more they bought. */
export function silenceModel(version: string, over: Partial<Model> & { readonly weight?: number } = {}): Model {
  const { weight = 1, ...rest } = over;
  const weights = new Array<number>(FEATURES).fill(0);
  weights[0] = weight;
  weights[1] = -0.1;
  const scaler = featureNames.map((name) => ({
    name,
    transform: name === 'trend_90' ? ('signed_log1p' as const) : ('log1p' as const),
    mean: 1,
    deviation: 2,
  }));
  return {
    ...base(version, { form: 'linear', scaler, weights, intercept: 0.1 }),
    ...rest,
  };
}

/** A tree that only asks how long somebody is silent: more than 10 days or not. */
export function treeModel(version: string, over: Partial<Model> = {}): Model {
  const parameters: Parameters = {
    form: 'trees',
    ...{ roots: [0], feature: [0, -1, -1], threshold: [10, 0, 0], left: [1, -1, -1], right: [2, -1, -1] },
    value: [0.5, 0.2, 0.9],
  };
  return { ...base(version, parameters), kind: 'decision_tree', ...over };
}

function base(version: string, parameters: Parameters): Model {
  return {
    version,
    role: 'CHAMPION',
    inForceFrom: 0,
    objection: null,
    kind: 'logistic_regression',
    engine: 'fast',
    horizonDays: 90,
    columns: featureNames,
    parameters,
    calibration: { kind: 'none' },
    seed: 1,
    rows: 1000,
    trainedOn: { positions: [], from: '2024-01-31', until: '2024-06-30', calibratedOn: null },
    evaluation: null,
  };
}
