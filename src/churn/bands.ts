import type { Band } from '../../schemas/generated.ts';

/** The bands of a score, and the least probability of each, from the greatest on. */
export const bands: readonly (readonly [band: Band, from: number])[] = [
  ['LOST', 0.85],
  ['AT_RISK', 0.6],
  ['WATCH', 0.3],
  ['LOW', 0],
];

/** @param probability of churn; null: there is no score */
export function bandOf(probability: number | null): Band {
  if (probability === null) return 'UNSCORED';
  return bands.find(([, from]) => probability >= from)?.[0] ?? 'LOW';
}
