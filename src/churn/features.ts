import { type History, PARTS } from './history.ts';

/** What a model knows of a customer on a day, in the order in which `featuresAt` writes it. Days are local ones. */
export const featureNames = [
  /** Days since the last purchase. */
  'recency',
  /** Days on which something was bought. */
  'frequency',
  /** Spent in all. Money is in units of the currency. */
  'monetary_sum',
  /** Spent per day of purchase. */
  'monetary_mean',
  /** Days since the first purchase. */
  'tenure',
  /** Mean of the days from one purchase to the next; of one purchase only, its tenure, 1 at least. */
  'gap_mean',
  /** Their standard deviation as of a population; 0 for fewer than two gaps. */
  'gap_sd',
  /** recency / max(gap_mean, 1). */
  'recency_over_gap',
  /** Days of purchase among the last 30, the day itself included. */
  'count_30',
  'count_90',
  'count_180',
  'spend_30',
  'spend_90',
  'spend_180',
  /** Days of purchase among the last 90, less those among the 90 before. */
  'trend_90',
  /** Units per day of purchase. */
  'quantity_mean',
] as const;

export type FeatureName = (typeof featureNames)[number];

/** How many numbers `featuresAt` writes. */
export const FEATURES = featureNames.length;

/**
 * Writes a customer's features as of the end of local day `day` into `into`, from `offset` on: purchases of later days
 * are not looked at, so any past day can be asked for. Gives the days of purchase so far; of 0, nothing is written, for
 * there is no customer yet. Everything is summed in whole numbers and divided once, so that the same purchases give the
 * same bits. Hot path: allocates nothing.
 */
export function featuresAt(
  { days, amounts, quantities }: History,
  day: number,
  into: Float64Array,
  offset: number,
): number {
  const first = days[0];
  if (first === undefined || first > day) return 0;
  let frequency = 0;
  let last = first;
  let squares = 0;
  let spend = 0;
  let units = 0;
  let count30 = 0;
  let count90 = 0;
  let count180 = 0;
  let spend30 = 0;
  let spend90 = 0;
  let spend180 = 0;
  for (let index = 0; index < days.length; index++) {
    const at = days[index] ?? 0;
    if (at > day) break;
    const amount = amounts[index] ?? 0;
    const ago = day - at;
    frequency++;
    squares += (at - last) * (at - last);
    last = at;
    spend += amount;
    units += quantities[index] ?? 0;
    if (ago >= 180) continue;
    count180++;
    spend180 += amount;
    if (ago >= 90) continue;
    count90++;
    spend90 += amount;
    if (ago >= 30) continue;
    count30++;
    spend30 += amount;
  }
  const recency = day - last;
  const tenure = day - first;
  const gaps = frequency - 1;
  const gapMean = gaps === 0 ? Math.max(tenure, 1) : (last - first) / gaps;
  into[offset] = recency;
  into[offset + 1] = frequency;
  into[offset + 2] = spend / PARTS;
  into[offset + 3] = spend / (PARTS * frequency);
  into[offset + 4] = tenure;
  into[offset + 5] = gapMean;
  into[offset + 6] = gaps < 2 ? 0 : Math.sqrt(gaps * squares - (last - first) ** 2) / gaps;
  into[offset + 7] = recency / Math.max(gapMean, 1);
  into[offset + 8] = count30;
  into[offset + 9] = count90;
  into[offset + 10] = count180;
  into[offset + 11] = spend30 / PARTS;
  into[offset + 12] = spend90 / PARTS;
  into[offset + 13] = spend180 / PARTS;
  into[offset + 14] = 2 * count90 - count180;
  into[offset + 15] = units / frequency;
  return frequency;
}

/** 1: no purchase in the `horizonDays` days after `day`. Final once the last of them has ended. */
export function labelOf({ days }: History, day: number, horizonDays: number): 0 | 1 {
  for (let index = days.length - 1; index >= 0; index--) {
    const at = days[index] ?? 0;
    if (at <= day) return 1;
    if (at <= day + horizonDays) return 0;
  }
  return 1;
}
