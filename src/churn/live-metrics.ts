import type { ModelMetric, ModelRole } from '../../schemas/generated.ts';
import { bgNbdScores, recencyScores } from './baselines.ts';
import { intervalsByCustomer } from './bootstrap.ts';
import { evaluate } from './evaluation.ts';
import { activeAuc } from './learn.ts';
import { aucOf, brierOf, logLossOf, type WeightedMetric, weightedMean } from './metrics.ts';
import type { Examples } from './model.ts';

/** What a model said of every customer at the end of a month, and what came. All arrays are of one length, by rising customer. */
export interface MonthOfModel {
  /** Its kind. */
  readonly model: string;
  readonly version: string;
  readonly role: ModelRole;
  readonly customers: readonly string[];
  /** Given at the time. */
  readonly probabilities: Float64Array;
  /** 1: no purchase in the horizon. */
  readonly labels: Uint8Array;
  /** Days since the last purchase, days of purchase, and days since the first one, at the time. */
  readonly recency: Float64Array;
  readonly frequency: Float64Array;
  readonly tenure: Float64Array;
}

export interface Month {
  /** YYYY-MM. */
  readonly month: string;
  /** Its last day, YYYY-MM-DD. */
  readonly asOf: string;
  readonly horizonDays: number;
  /** The end of the horizon, UTC epoch ms. */
  readonly time: number;
  /** One at least. */
  readonly models: readonly MonthOfModel[];
}

interface Judged extends Pick<MonthOfModel, 'customers' | 'labels' | 'recency'> {
  readonly about: Pick<ModelMetric, 'model' | 'version' | 'role'>;
  readonly scores: Float64Array;
  /** `rank`: they only put customers in order. */
  readonly kind: 'probability' | 'rank';
}

/** Of the bootstrap: the same outcomes give the same intervals, whenever they are computed. */
const SEED = 1;

/**
 * How well each model told who would leave, and beside them what could be had without labels: days since the last purchase, and
 * BG/NBD fitted to the customers' purchases up to that day. A customer counts once.
 * @param samples of the bootstrap of each interval
 */
export function liveMetrics({ models, ...month }: Month, samples: number): readonly ModelMetric[] {
  return [...models.map(judgedModel), ...baselinesOf(models, month)].map((one) => metricOf(one, month, samples));
}

function judgedModel({ model, version, role, probabilities, ...rows }: MonthOfModel): Judged {
  return { ...rows, about: { model, version, role }, scores: probabilities, kind: 'probability' };
}

/** Of the model with the most customers: all that are in force at a moment score the same ones. */
function baselinesOf(models: readonly MonthOfModel[], { asOf, horizonDays }: Omit<Month, 'models'>): readonly Judged[] {
  const [first, ...others] = models;
  if (first === undefined) return [];
  const rows = others.reduce((most, one) => (one.labels.length > most.labels.length ? one : most), first);
  const examples = examplesOf(rows);
  const about = (model: string) => ({ model, version: asOf, role: null });
  return [
    { ...rows, about: about('bg_nbd'), scores: bgNbdScores(examples, horizonDays), kind: 'probability' },
    { ...rows, about: about('recency'), scores: recencyScores(examples), kind: 'rank' },
  ];
}

function examplesOf({ labels, recency, frequency, tenure }: MonthOfModel): Examples {
  const features = new Float64Array(3 * labels.length);
  for (let row = 0; row < labels.length; row++)
    features.set([recency[row] ?? 0, frequency[row] ?? 0, tenure[row] ?? 0], 3 * row);
  return { columns: ['recency', 'frequency', 'tenure'], features, labels };
}

function metricOf(judged: Judged, { month, horizonDays, time }: Omit<Month, 'models'>, samples: number): ModelMetric {
  const { about, customers, labels, recency, scores, kind } = judged;
  const scored = { scores, labels };
  const found = evaluate(scored, recency, { threshold: Number.NaN, scores: kind });
  const [all, active, loss, squared] = intervalsByCustomer(
    customers,
    [
      aucOf(scored),
      activeAuc(scored, recency),
      ...(kind === 'probability' ? [logLossOf(scored), brierOf(scored)].map(meanOf) : []),
    ],
    { seed: SEED, samples },
  );
  return {
    ...about,
    ...{
      month,
      horizonDays,
      time,
      testedRows: found.rows,
      churned: known(found.churned),
      activeRows: found.activeRows,
    },
    ...{ auc: known(found.auc), aucLow: known(all?.low), aucHigh: known(all?.high) },
    ...{ aucActive180: known(found.aucActive180), aucActive180Low: known(active?.low) },
    ...{ aucActive180High: known(active?.high) },
    ...{ logLoss: known(found.logLoss), logLossLow: known(loss?.low), logLossHigh: known(loss?.high) },
    ...{ brier: known(found.brier), brierLow: known(squared?.low), brierHigh: known(squared?.high) },
    calibrationError: known(found.calibrationError),
    calibrationErrorFloor: known(found.calibrationErrorFloor),
  };
}

function meanOf(values: Float64Array): WeightedMetric {
  return (weights) => weightedMean(values, weights);
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
