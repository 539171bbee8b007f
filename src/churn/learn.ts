import { columnOf } from './baselines.ts';
import { type Interval, intervalsByCustomer } from './bootstrap.ts';
import { calibrate } from './calibrate.ts';
import { type Evaluation, evaluate } from './evaluation.ts';
import type { Labelled } from './labelled.ts';
import { aucOf, type Scored, type WeightedMetric } from './metrics.ts';
import type { Examples, Fitted, ModelKind } from './model.ts';
import { scoreRows, scorerOf } from './scorer.ts';
import { bestThreshold } from './threshold.ts';
import type { Trainer, TrainOptions } from './train/trainer.ts';

export interface Lesson {
  readonly kind: ModelKind;
  readonly train: Examples;
  readonly calibrate: Examples;
}

export interface Learnt {
  /** Calibrated. */
  readonly model: Fitted;
  /** The score from which on F1 is greatest where the model was calibrated. */
  readonly threshold: number;
}

/** Fits a model, makes its scores probabilities, and says from where on a customer counts as lost. @throws {TrainingError} */
export function learn(train: Trainer, lesson: Lesson, options: TrainOptions): Learnt {
  const model = calibrate(train(lesson.kind, lesson.train, options), lesson.calibrate);
  const scores = probabilitiesOf(model, lesson.calibrate);
  return { model, threshold: bestThreshold({ ...lesson.calibrate, scores }) };
}

export function probabilitiesOf(model: Fitted, { features }: Examples): Float64Array {
  return scoreRows(scorerOf(model).score, features, model.columns.length);
}

/** How well scores tell those who churn, with 95 % intervals by customer of both areas under the curve. */
export interface Tested extends Evaluation {
  readonly aucInterval: Interval;
  readonly aucActive180Interval: Interval;
}

export interface TestOptions {
  readonly threshold: number;
  readonly scores: 'probability' | 'rank';
  readonly seed: number;
  /** Of the bootstrap. */
  readonly samples: number;
}

export function test(rows: Labelled, scores: Float64Array, options: TestOptions): Tested {
  const recency = columnOf(rows, 'recency');
  const scored: Scored = { scores, labels: rows.labels };
  const [all, active] = intervalsByCustomer(rows.customers, [aucOf(scored), activeAuc(scored, recency)], options);
  const nothing = { low: Number.NaN, high: Number.NaN, standardError: Number.NaN };
  return {
    ...evaluate(scored, recency, options),
    aucInterval: all ?? nothing,
    aucActive180Interval: active ?? nothing,
  };
}

/** Among customers with a purchase in the last 180 days. */
export function activeAuc({ scores, labels }: Scored, recency: Float64Array): WeightedMetric {
  const active = Uint32Array.from(recency.keys()).filter((row) => (recency[row] ?? 0) < 180);
  const area = aucOf({
    scores: Float64Array.from(active, (row) => scores[row] ?? 0),
    labels: Uint8Array.from(active, (row) => labels[row] ?? 0),
  });
  return (weights) => area(weights === undefined ? undefined : Float64Array.from(active, (row) => weights[row] ?? 0));
}
