import { quantile, samplesByCustomer } from './bootstrap.ts';
import { rowsWhere } from './evaluation.ts';
import { holmAdjusted } from './holm.ts';
import { auc, logLossOf, weightedMean } from './metrics.ts';

/** Rows whose labels have matured and that the champion and a challenger both scored when they were live. */
export interface Challenge {
  /** The challenger's. */
  readonly version: string;
  /** Of each row. */
  readonly customers: readonly string[];
  readonly labels: Uint8Array;
  /** Days since the last purchase, when the row was scored. */
  readonly recency: Float64Array;
  /** Probabilities given at the time. */
  readonly champion: Float64Array;
  readonly challenger: Float64Array;
}

export interface Verdict {
  readonly version: string;
  readonly better: boolean;
  /** By how much the challenger's log loss is lower, in nats per row. */
  readonly gain: number;
  /** That the gain is more than this can be relied on at 95 %, if this challenger were the only one. */
  readonly bound: number;
  /** Of a gain as great without a difference, adjusted for the number of challengers (Holm). */
  readonly pValue: number;
  /** In words, also why not. */
  readonly reason: string;
}

export interface Comparison {
  /** The version to go live; undefined: the champion stays. */
  readonly promote: string | undefined;
  readonly verdicts: readonly Verdict[];
}

const RISK = 0.05;
const SAMPLES = 2_000;

/**
 * Whether a model of another kind takes the champion's place: its log loss is lower by a paired bootstrap by customer, with Holm's
 * adjustment over the challengers, and it ranks customers active in the last 180 days no worse. Of several, the one that gains most.
 * Ask once per horizon: looking at the same question every day finds a difference where there is none.
 */
export function compareKinds(challenges: readonly Challenge[], seed: number): Comparison {
  const gains = challenges.map((challenge) => gainOf(challenge, seed));
  const pValues = holmAdjusted(gains.map(({ pValue }) => pValue));
  const verdicts = challenges.map((challenge, index) =>
    verdictOn(challenge, gains[index] ?? noGain, pValues[index] ?? 1),
  );
  const winners = verdicts.filter(({ better }) => better).sort((one, other) => other.gain - one.gain);
  return { promote: winners[0]?.version, verdicts };
}

interface Gain {
  readonly gain: number;
  readonly bound: number;
  readonly pValue: number;
}

const noGain: Gain = { gain: Number.NaN, bound: Number.NaN, pValue: 1 };

function gainOf({ customers, labels, champion, challenger }: Challenge, seed: number): Gain {
  if (labels.length === 0) return noGain;
  const losses = logLossOf({ scores: champion, labels });
  const gains = logLossOf({ scores: challenger, labels }).map((loss, row) => (losses[row] ?? 0) - loss);
  const metric = (weights: Float64Array | undefined) => weightedMean(gains, weights);
  const [values = new Float64Array()] = samplesByCustomer(customers, [metric], { seed, samples: SAMPLES });
  const notBetter = values.reduce((count, value) => count + (value > 0 ? 0 : 1), 0);
  return {
    gain: weightedMean(gains),
    bound: quantile(values.sort(), RISK),
    pValue: (notBetter + 1) / (SAMPLES + 1),
  };
}

function verdictOn(challenge: Challenge, { gain, bound }: Gain, pValue: number): Verdict {
  const { version, labels, customers } = challenge;
  const [before, after] = [challenge.champion, challenge.challenger].map((scores) =>
    auc(rowsWhere({ scores, labels }, (row) => (challenge.recency[row] ?? 0) < 180)),
  );
  const verdict = { version, gain, bound, pValue };
  const on = `on ${labels.length} rows of ${new Set(customers).size} customers`;
  const no = (reason: string): Verdict => ({ ...verdict, better: false, reason: `${reason}; the champion stays` });
  if (labels.length === 0) return no('no row that both models scored live has matured yet');
  if (!(pValue <= RISK))
    return no(
      `its log loss ${gain > 0 ? `is ${gain.toFixed(5)} lower` : `is ${(-gain).toFixed(5)} higher`} ${on}, which is not surely better (p ${pValue.toFixed(3)}, adjusted)`,
    );
  if (!(after !== undefined && before !== undefined && after >= before))
    return no(
      `its log loss is ${gain.toFixed(5)} lower ${on}, but among customers active in 180 days its AUC is ${shown(after)} against ${shown(before)}`,
    );
  return {
    ...verdict,
    better: true,
    reason: `its log loss is ${gain.toFixed(5)} lower ${on} (95 % sure of more than ${bound.toFixed(5)}; p ${pValue.toFixed(3)}, adjusted), and its AUC among customers active in 180 days is ${shown(after)} against ${shown(before)}`,
  };
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
