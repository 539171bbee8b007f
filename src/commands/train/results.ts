import type { ModelResult } from '../../../schemas/generated.ts';
import type { Tested } from '../../churn/learn.ts';
import type { Split, TestedBaseline, TrainedModel } from './train-models.ts';

/** What the results of one training have in common. */
export interface About {
  readonly split: Split;
  readonly models: readonly TrainedModel[];
  readonly baselines: readonly TestedBaseline[];
  /** YYYY-MM-DD. */
  readonly trainedUntil: string;
  readonly calibratedAt: string;
  readonly testedAt: string;
  /** What was to be told. */
  readonly label: string;
  readonly seed: number;
}

/** Models, then baselines, each by falling area under the curve. */
export function resultsOf(about: About): readonly ModelResult[] {
  const { split, models, baselines, testedAt } = about;
  const common = {
    trainedUntil: about.trainedUntil,
    calibratedAt: about.calibratedAt,
    testedAt,
    label: about.label,
    seed: about.seed,
  };
  const rows = { trainedRows: split.train.labels.length, trainedPurchaseRows: split.purchases };
  return [
    ...byAuc(models).map(
      ({ kind, evaluated, deployed, tested, seconds }): ModelResult => ({
        ...{ model: kind, version: evaluated.version, engine: evaluated.model.engine, seconds },
        ...{ ...common, ...rows, ...metricsOf(tested), deployedVersion: deployed?.version ?? null },
      }),
    ),
    ...byAuc(baselines).map(
      ({ baseline, tested, seconds }): ModelResult => ({
        // They learn from no labels, so what they are is the day.
        ...{ model: baseline, version: testedAt, engine: 'baseline', seconds },
        ...{ ...common, ...metricsOf(tested), trainedRows: 0, trainedPurchaseRows: 0, deployedVersion: null },
      }),
    ),
  ];
}

export function byAuc<T extends { readonly tested: Tested }>(all: readonly T[]): readonly T[] {
  return [...all].sort((a, b) => b.tested.auc - a.tested.auc);
}

function metricsOf(tested: Tested) {
  return {
    auc: known(tested.auc),
    aucActive180: known(tested.aucActive180),
    brier: known(tested.brier),
    logLoss: known(tested.logLoss),
    calibrationError: known(tested.calibrationError),
    accuracy: known(tested.accuracy),
    precision: known(tested.precision),
    recall: known(tested.recall),
    f1: known(tested.f1),
    threshold: known(tested.threshold),
    aucLow: known(tested.aucInterval.low),
    aucHigh: known(tested.aucInterval.high),
    aucActive180Low: known(tested.aucActive180Interval.low),
    aucActive180High: known(tested.aucActive180Interval.high),
    calibrationErrorFloor: known(tested.calibrationErrorFloor),
    testedRows: tested.rows,
    churned: known(tested.churned),
    activeRows: tested.activeRows,
  };
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
