import type { Fitted, LinearParameters, TreeParameters } from './model.ts';
import { logOdds } from './probability.ts';
import { scaled } from './scaler.ts';

/**
 * Families of columns. Single columns mislead: in logs the sum spent is nearly the frequency times the mean, and a model may well set
 * their weights against each other.
 */
export const reasonCodes = ['SILENCE_AND_RHYTHM', 'VALUE_AND_FREQUENCY', 'RECENT_ACTIVITY', 'OTHER'] as const;

export type ReasonCode = (typeof reasonCodes)[number];

/** What moved a score away from that of the mean example. */
export interface Contribution {
  readonly code: ReasonCode;
  /** In log-odds (of a linear SVC, in its margin). Above 0 it makes churn likelier. */
  readonly value: number;
}

export interface Explainer {
  /** Score of the mean example, in the contributions' unit. */
  readonly base: number;
  /**
   * One per family that the model has columns of. Their sum and the base are the uncalibrated score to 1e-9: the margin of a linear
   * model, the log-odds of trees' `raw`.
   */
  contributionsOf(features: Float64Array, offset: number): readonly Contribution[];
}

export function explainerOf({ parameters, columns }: Pick<Fitted, 'parameters' | 'columns'>): Explainer {
  const families = Uint8Array.from(columns, (column) => reasonCodes.indexOf(codeOf(column)));
  const codes = reasonCodes.map((code, family) => ({ code, family })).filter(({ family }) => families.includes(family));
  const { base, add } =
    parameters.form === 'linear' ? linearPart(parameters, families) : treePart(parameters, families);
  return {
    base,
    contributionsOf(features, offset) {
      const sums = new Float64Array(reasonCodes.length);
      add(sums, features, offset);
      return codes.map(({ code, family }) => ({ code, value: sums[family] ?? 0 }));
    },
  };
}

export function codeOf(column: string): ReasonCode {
  if (/^(recency|gap|tenure)(_|$)/.test(column)) return 'SILENCE_AND_RHYTHM';
  if (/^(frequency|monetary|quantity)(_|$)/.test(column)) return 'VALUE_AND_FREQUENCY';
  if (/^(count|spend|trend)_/.test(column)) return 'RECENT_ACTIVITY';
  return 'OTHER';
}

interface Part {
  readonly base: number;
  /** Adds each family's contribution to `sums`. */
  add(sums: Float64Array, features: Float64Array, offset: number): void;
}

/** Exact: standardised columns are 0 for the mean example. */
function linearPart({ scaler, weights, intercept }: LinearParameters, families: Uint8Array): Part {
  return {
    base: intercept,
    add(sums, features, offset) {
      for (const [column, scale] of scaler.entries()) {
        const family = families[column] ?? 0;
        sums[family] = (sums[family] ?? 0) + (weights[column] ?? 0) * scaled(scale, features[offset + column] ?? 0);
      }
    },
  };
}

/**
 * Each step down a tree changes the share of churned examples; the change belongs to the column that was asked (Saabas 2014). These sum
 * to a difference of probabilities, which is stretched to the difference of their log-odds, the same for each family.
 */
function treePart(forest: TreeParameters, families: Uint8Array): Part {
  const { feature, threshold, left, right, value, roots } = forest;
  const mean = roots.reduce((sum, root) => sum + (value[root] ?? 0), 0) / roots.length;
  const base = logOdds(mean);

  return {
    base,
    add(sums, features, offset) {
      let total = 0;
      for (const root of roots) {
        let node = root;
        for (let column = feature[node] ?? -1; column >= 0; column = feature[node] ?? -1) {
          const goesLeft = (features[offset + column] ?? 0) <= (threshold[node] ?? 0);
          const next = (goesLeft ? left[node] : right[node]) ?? 0;
          const family = families[column] ?? 0;
          sums[family] = (sums[family] ?? 0) + (value[next] ?? 0) - (value[node] ?? 0);
          node = next;
        }
        total += value[node] ?? 0;
      }
      const stretch = slopeBetween(mean, total / roots.length) / roots.length;
      for (let family = 0; family < sums.length; family++) sums[family] = (sums[family] ?? 0) * stretch;
    },
  };
}

/** Of the log-odds, from one probability to another. */
function slopeBetween(from: number, to: number): number {
  const apart = to - from;
  return Math.abs(apart) < 1e-9 ? 1 / Math.max(from * (1 - from), 1e-6) : (logOdds(to) - logOdds(from)) / apart;
}
