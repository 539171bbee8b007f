import type { Band } from '../../schemas/generated.ts';

/** Least probability of a band. */
export const HIGH_FROM = 0.7;
export const MEDIUM_FROM = 0.4;

/** @param probability of churn; null: there is no score */
export function bandOf(probability: number | null): Band {
  if (probability === null) return 'UNSCORED';
  if (probability >= HIGH_FROM) return 'HIGH';
  return probability >= MEDIUM_FROM ? 'MEDIUM' : 'LOW';
}
