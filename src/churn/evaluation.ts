import { auc, brier, logLoss, type Scored } from './metrics.ts';
import { calibrationError, calibrationErrorFloor } from './reliability.ts';
import { type Decisions, decisionsAt } from './threshold.ts';

/** A row of results, for a model or a baseline. NaN: not defined for these rows. */
export interface Evaluation extends Decisions {
  readonly rows: number;
  /** Share of the rows that churned. */
  readonly churned: number;
  readonly auc: number;
  /** Among customers with a purchase in the last 180 days: the others are easy, as they have mostly gone. */
  readonly aucActive180: number;
  readonly activeRows: number;
  /** NaN for scores that are no probabilities, as the next three. */
  readonly brier: number;
  readonly logLoss: number;
  readonly calibrationError: number;
  readonly calibrationErrorFloor: number;
  readonly threshold: number;
}

export interface EvaluationOptions {
  /** Customers score as churned from here on; chosen on calibration rows (`bestThreshold`). */
  readonly threshold: number;
  /** `rank`: scores only put customers in order, as recency does. */
  readonly scores: 'probability' | 'rank';
}

/** @param recency of each row, days since the last purchase */
export function evaluate(scored: Scored, recency: Float64Array, { threshold, scores }: EvaluationOptions): Evaluation {
  const active = rowsWhere(scored, (row) => (recency[row] ?? 0) < 180);
  const likely = scores === 'probability';
  return {
    rows: scored.labels.length,
    churned: scored.labels.reduce((sum, label) => sum + label, 0) / scored.labels.length,
    auc: auc(scored),
    aucActive180: auc(active),
    activeRows: active.labels.length,
    brier: likely ? brier(scored) : Number.NaN,
    logLoss: likely ? logLoss(scored) : Number.NaN,
    calibrationError: likely ? calibrationError(scored) : Number.NaN,
    calibrationErrorFloor: likely ? calibrationErrorFloor(scored) : Number.NaN,
    ...decisionsAt(scored, threshold),
    threshold,
  };
}

export function rowsWhere({ scores, labels, weights }: Scored, wanted: (row: number) => boolean): Scored {
  return {
    scores: scores.filter((_, row) => wanted(row)),
    labels: labels.filter((_, row) => wanted(row)),
    ...(weights === undefined ? {} : { weights: weights.filter((_, row) => wanted(row)) }),
  };
}
