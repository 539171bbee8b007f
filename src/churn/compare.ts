import { quantile, samplesByCustomer } from './bootstrap.ts';
import { rowsWhere } from './evaluation.ts';
import { holmAdjusted } from './holm.ts';
import { auc, logLossOf, weightedMean } from './metrics.ts';
import type { ModelKind } from './model.ts';

/** Rows whose labels have matured, and that the champion's kind and a challenger's both scored when they were live. */
export interface Challenge {
  /** The challenger's. */
  readonly kind: ModelKind;
  /** Of each row. */
  readonly customers: readonly string[];
  readonly labels: Uint8Array;
  /** Days since the last purchase, when the row was scored. */
  readonly recency: Float64Array;
  /** Probabilities given at the time. */
  readonly champion: Float64Array;
  readonly challenger: Float64Array;
  /** How many ends of months are among the days of the rows. */
  readonly monthEnds: number;
}

export interface Verdict {
  /** The challenger's. */
  readonly kind: ModelKind;
  readonly better: boolean;
  /** By how much the challenger's log loss is lower, in nats per row. */
  readonly gain: number;
  /** That the gain is more than this can be relied on at 95 %, if this challenger were the only one. */
  readonly bound: number;
  /** Of a gain as great without a difference, adjusted for the number of challengers (Holm). */
  readonly pValue: number;
  /** What was found, in words. */
  readonly reason: string;
}

const RISK = 0.05;
const SAMPLES = 2_000;
/** Of fewer, samples drawn from them say too little of the others. */
const LEAST_CUSTOMERS = 100;

/**
 * Which kinds of model are better than the champion's: their log loss is lower by a paired bootstrap by customer, with Holm's
 * adjustment over all challengers, and they rank customers active in the last 180 days no worse. Ask once per horizon: looking at the same question every day finds a difference where there is none.
 * @param seed of the bootstrap, which is repeated from it
 * @returns in the order given
 */
export function compareKinds(challenges: readonly Challenge[], seed = 1): readonly Verdict[] {
  const gains = challenges.map((challenge) => (isTooLittle(challenge) ? noGain : gainOf(challenge, seed)));
  const pValues = holmAdjusted(gains.map(({ pValue }) => pValue));
  return challenges.map((challenge, index) => verdictOn(challenge, gains[index] ?? noGain, pValues[index] ?? 1));
}

/** The kinds that may take the champion's place, first the one that is sure to gain most: they may have been compared on other rows. */
export function betterKinds(verdicts: readonly Verdict[]): readonly ModelKind[] {
  return verdicts
    .filter(({ better }) => better)
    .sort((one, other) => other.bound - one.bound || (one.kind < other.kind ? -1 : 1))
    .map(({ kind }) => kind);
}

interface Gain {
  readonly gain: number;
  readonly bound: number;
  readonly pValue: number;
}

const noGain: Gain = { gain: Number.NaN, bound: Number.NaN, pValue: 1 };

function isTooLittle({ customers, monthEnds }: Challenge): boolean {
  return monthEnds === 0 || new Set(customers).size < LEAST_CUSTOMERS;
}

function gainOf({ customers, labels, champion, challenger }: Challenge, seed: number): Gain {
  const losses = logLossOf({ scores: champion, labels });
  const gains = logLossOf({ scores: challenger, labels }).map((loss, row) => (losses[row] ?? 0) - loss);
  const { names, sums, rows } = byCustomer(customers, gains);
  const metric = (weights: Float64Array | undefined) => weightedSum(sums, weights) / weightedSum(rows, weights);
  const [values = new Float64Array()] = samplesByCustomer(names, [metric], { seed, samples: SAMPLES });
  const notBetter = values.reduce((count, value) => count + (value > 0 ? 0 : 1), 0);
  return {
    gain: weightedMean(gains),
    bound: quantile(values.sort(), RISK),
    pValue: (notBetter + 1) / (SAMPLES + 1),
  };
}

/** A customer is drawn with all of their rows, so that their sum is all that samples ask for. */
function byCustomer(customers: readonly string[], values: Float64Array) {
  const found = new Map<string, { sum: number; rows: number }>();
  for (const [row, customer] of customers.entries()) {
    const known = found.get(customer);
    const value = values[row] ?? 0;
    if (known === undefined) {
      found.set(customer, { sum: value, rows: 1 });
      continue;
    }
    known.sum += value;
    known.rows++;
  }
  const all = [...found.values()];
  return {
    names: [...found.keys()],
    sums: Float64Array.from(all, ({ sum }) => sum),
    rows: Float64Array.from(all, ({ rows }) => rows),
  };
}

function weightedSum(values: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += (weights?.[index] ?? 1) * (values[index] ?? 0);
  return sum;
}

function verdictOn(challenge: Challenge, { gain, bound }: Gain, pValue: number): Verdict {
  const { kind, labels, customers } = challenge;
  const verdict = (reason: string, better = false): Verdict => ({ kind, better, gain, bound, pValue, reason });
  const people = new Set(customers).size;
  const on = `on ${labels.length} rows of ${people} customers`;
  if (labels.length === 0) return verdict('no row that both models scored live has matured yet');
  if (challenge.monthEnds === 0)
    return verdict(
      `no end of a month at which both models scored live has matured yet, and the ${labels.length} purchases that have are no sample of customers`,
    );
  if (isTooLittle(challenge))
    return verdict(
      `both models scored live ${people} customers of whom it is known, and fewer than ${LEAST_CUSTOMERS} say too little`,
    );
  if (!(pValue <= RISK))
    return verdict(
      gain > 0
        ? `its log loss is ${gain.toFixed(5)} lower ${on}, which is not surely better (p ${pValue.toFixed(3)}, adjusted)`
        : `its log loss is ${(-gain).toFixed(5)} higher ${on}`,
    );
  const [before, after] = [challenge.champion, challenge.challenger].map((scores) =>
    auc(rowsWhere({ scores, labels }, (row) => (challenge.recency[row] ?? 0) < 180)),
  );
  const lower = `its log loss is ${gain.toFixed(5)} lower ${on} (95 % sure of more than ${bound.toFixed(5)}; p ${pValue.toFixed(3)}, adjusted)`;
  const ranks = `among customers active in 180 days its AUC is ${shown(after)} against ${shown(before)}`;
  if (!(after !== undefined && before !== undefined && after >= before)) return verdict(`${lower}, but ${ranks}`);
  return verdict(`${lower}, and ${ranks}`, true);
}

function shown(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? 'unknown' : value.toFixed(4);
}

/** What a recipe reached forward in time, trained, calibrated and tested on later and later days. */
export interface Backtest {
  readonly auc: number;
  readonly aucActive180: number;
  readonly logLoss: number;
  /** The AUC of recency alone on the same rows. */
  readonly recencyAuc: number;
}

/**
 * Whether a refit of the champion's own kind goes live, which needs no live rows: it is the same recipe on newer examples, so its
 * backtest says what it is worth. It must rank, and better than recency alone.
 */
export function judgeRefit({ auc: reached, recencyAuc }: Backtest): {
  readonly live: boolean;
  readonly reason: string;
} {
  if (!(reached > 0.5))
    return { live: false, reason: `its backtest has an AUC of ${shown(reached)}: these data do not predict churn` };
  if (!(reached >= recencyAuc))
    return {
      live: false,
      reason: `its backtest has an AUC of ${shown(reached)}, below the ${shown(recencyAuc)} of recency alone`,
    };
  return {
    live: true,
    reason: `a refit of the same kind, with an AUC of ${shown(reached)} in its backtest against ${shown(recencyAuc)} of recency alone`,
  };
}
