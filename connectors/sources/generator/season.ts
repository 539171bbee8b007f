import { DAY } from './time.ts';

/** Days over which the season averages 1. */
export const SEASON_DAYS = 730;

/**
 * The shop's season as operational time: the integral of the season over days, in weeks (CHURN.md's τ). In it customers
 * buy at a constant rate. Days are counted from the shop's first; after day 730 the season goes on with the same scale.
 */
export interface Season {
  /** The season's factor on a day; its mean over the first 730 days is 1. */
  factor(day: number): number;
  /** Operational weeks up to a moment, in days with fraction. */
  weeks(day: number): number;
  /** The day that holds a moment of operational time. */
  dayOf(weeks: number): number;
}

/** @param start midnight UTC of day 0 */
export function seasonFrom(start: number): Season {
  const raw = (day: number) => rawFactor(start + day * DAY);
  let sum = 0;
  for (let day = 0; day < SEASON_DAYS; day++) sum += raw(day);
  const scale = SEASON_DAYS / sum;
  const sums = [0]; // operational weeks up to the start of each day, as far as anybody asked

  function upTo(day: number): number {
    while (sums.length <= day) sums.push((sums.at(-1) ?? 0) + (raw(sums.length - 1) * scale) / 7);
    return sums[day] ?? 0;
  }

  return {
    factor: (day) => raw(day) * scale,
    weeks(day) {
      const whole = Math.floor(day);
      const begin = upTo(whole);
      return begin + (day - whole) * (upTo(whole + 1) - begin);
    },
    dayOf(weeks) {
      while ((sums.at(-1) ?? 0) <= weeks) upTo(sums.length);
      let low = 0;
      let high = sums.length - 1; // invariant: sums[low] <= weeks < sums[high]
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if ((sums[middle] ?? 0) <= weeks) low = middle;
        else high = middle;
      }
      return low;
    },
  };
}

/** CHURN.md, "made exact": a yearly wave, weekends, and the weeks before the year's end. */
function rawFactor(midnight: number): number {
  const date = new Date(midnight);
  const dayOfYear = Math.round((midnight - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY);
  const weekend = date.getUTCDay() === 0 || date.getUTCDay() === 6;
  const holidays = dayOfYear >= 325 && dayOfYear <= 356;
  return 1 + 0.3 * Math.sin((2 * Math.PI * (dayOfYear - 280)) / 365) + (weekend ? 0.15 : 0) + (holidays ? 0.6 : 0);
}
