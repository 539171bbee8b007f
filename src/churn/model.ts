import type { ModelEvaluation, ModelRole, TrainedOn } from '../../schemas/generated.ts';

/** The names under which models are compared, in tables and on the log. */
export type ModelKind = 'logistic_regression' | 'decision_tree' | 'random_forest' | 'linear_svc';

/** `fast`: own trainers on typed arrays. `mljs`: ml-matrix, ml-svm, ml-cart and ml-random-forest. */
export type Engine = 'fast' | 'mljs';

/** What a model learns from or is tested on. */
export interface Examples {
  /** Names of the columns, in order. */
  readonly columns: readonly string[];
  /** Row by row: `labels.length × columns.length`, raw. */
  readonly features: Float64Array;
  /** 1: no purchase within the horizon. */
  readonly labels: Uint8Array;
  /** How many rows each row counts as, positive; all 1 where absent. Make their mean 1: regularisation is in rows. */
  readonly weights?: Float64Array;
}

/** How a linear model sees a column: transformed, then standardised. */
export interface ScaledColumn {
  readonly name: string;
  /** `log1p`: log(1 + max(0, x)). `signed_log1p`: sign(x)·log(1 + |x|). */
  readonly transform: 'log1p' | 'signed_log1p';
  readonly mean: number;
  /** Of the transformed column, over the training rows; 1 for a column that does not vary. */
  readonly deviation: number;
}

export interface LinearParameters {
  readonly form: 'linear';
  readonly scaler: readonly ScaledColumn[];
  /** One per column, of the standardised column. */
  readonly weights: readonly number[];
  readonly intercept: number;
}

/** All trees of a forest end to end; a decision tree is a forest of one. */
export interface TreeParameters {
  readonly form: 'trees';
  /** Index of each tree's root. */
  readonly roots: readonly number[];
  /** Column that a node asks for; -1 at a leaf. */
  readonly feature: readonly number[];
  /** A row goes left when its value is ≤ this. */
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Share of churned examples at a node, leaf or not: the steps along a path are its contributions. */
  readonly value: readonly number[];
}

export type Parameters = LinearParameters | TreeParameters;

/**
 * From a model's raw score to a probability. The raw score of a linear model is its margin (log-odds for logistic regression);
 * of trees, the mean value of the leaves. `platt`: 1 / (1 + exp(−(slope·raw + offset))), with the log-odds of a probability as raw.
 */
export type Calibration =
  | { readonly kind: 'none' }
  | { readonly kind: 'platt'; readonly slope: number; readonly offset: number }
  /** Knots, rising. Linear between them, constant outside. */
  | { readonly kind: 'isotonic'; readonly raw: readonly number[]; readonly probability: readonly number[] };

/** A model before it is known where its examples came from. */
export interface Fitted {
  readonly kind: ModelKind;
  readonly engine: Engine;
  readonly columns: readonly string[];
  readonly parameters: Parameters;
  readonly calibration: Calibration;
  /** Of the trainer's random numbers. The same examples, options and seed give the same model. */
  readonly seed: number;
  readonly rows: number;
}

/** A model that nobody has decided about yet. */
export type Undecided = Omit<Model, 'role' | 'inForceFrom' | 'objection'>;

/** A model that a shop has, and what it is used for from a moment on. */
export interface Model extends Fitted {
  /** Names it. */
  readonly version: string;
  readonly role: ModelRole;
  /** UTC epoch ms, event time. */
  readonly inForceFrom: number;
  /** Why it may not score customers alone, for people; null: it may. */
  readonly objection: string | null;
  readonly horizonDays: number;
  readonly trainedOn: TrainedOn;
  /** Null: it was not tested. */
  readonly evaluation: ModelEvaluation | null;
}
