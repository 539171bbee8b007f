import { expect, test } from 'vitest';
import { bayesChurn } from './bayes.ts';
import { purchasesOf } from './life.ts';
import { seasonFrom } from './season.ts';

const start = Date.UTC(2024, 0, 1);
const season = seasonFrom(start);
const SNAPSHOT = 632;
const HORIZON = 90;

interface Scored {
  readonly score: number;
  readonly churned: boolean;
}

function scoreAll(seed: number): readonly Scored[] {
  const options = { seed, customers: 20_000, start };
  return Array.from({ length: options.customers }, (_, index) => {
    const { customer, purchases } = purchasesOf(options, season, index, SNAPSHOT + HORIZON);
    const seen = purchases.filter(({ day }) => day <= SNAPSHOT);
    return {
      score: bayesChurn(seen, customer.favourite, season, SNAPSHOT, HORIZON),
      churned: seen.length === purchases.length,
    };
  });
}

test.each([1, 2])('ranks the simulated customers as well as CHURN.md measured (seed %i)', (seed) => {
  const auc = areaUnderCurve(scoreAll(seed));
  expect(auc).toBeGreaterThan(0.862 - 0.01);
  expect(auc).toBeLessThan(0.868 + 0.01);
});

test('is calibrated: what it says happens as often as it says, in every tenth', () => {
  const scored = scoreAll(3);
  for (let tenth = 0; tenth < 10; tenth++) {
    const bin = scored.filter(({ score }) => Math.floor(score * 10) === tenth);
    const expected = bin.reduce((sum, { score }) => sum + score, 0);
    const variance = bin.reduce((sum, { score }) => sum + score * (1 - score), 0);
    const churned = bin.filter((row) => row.churned).length;
    expect(Math.abs(churned - expected)).toBeLessThan(3.5 * Math.sqrt(variance));
  }
});

test('equals the closed form where nothing was returned', () => {
  // BG/NBD with dropout after the first purchase too: E[(1 − p)^(x + 1)] = B(a, b + x + 1) / B(a, b).
  const days = [10, 30, 31, 90, 200];
  const score = bayesChurn(
    days.map((day) => ({ day, returned: false })),
    2,
    season,
    300,
  );
  const [r, alpha, a, b, x] = [0.55, 2.6, 0.7, 4, days.length - 1];
  const stay = (b + x) / (a + b + x);
  const first = season.weeks(10);
  const decay = (day: number) =>
    ((alpha + season.weeks(day) - first) / (alpha + season.weeks(200) - first)) ** -(r + x);
  const left = 1 - stay;
  const exact = (left + stay * decay(391)) / (left + stay * decay(301));
  expect(score).toBeCloseTo(exact, 5);
});

test('a return makes leaving more likely', () => {
  const bought = (returned: boolean) =>
    bayesChurn(
      [
        { day: 5, returned: false },
        { day: 20, returned },
      ],
      0,
      season,
      25,
    );
  expect(bought(true)).toBeGreaterThan(bought(false) + 0.05);
});

test('refuses a customer who has bought nothing', () => {
  expect(() => bayesChurn([], 0, season, 10)).toThrow(RangeError);
});

/** Mann-Whitney: the share of pairs in which the churned customer has the higher score. */
function areaUnderCurve(rows: readonly Scored[]): number {
  const sorted = [...rows].sort((one, other) => one.score - other.score);
  let ranks = 0;
  let positives = 0;
  for (let first = 0; first < sorted.length; ) {
    let end = first;
    while (end < sorted.length && sorted[end]?.score === sorted[first]?.score) end++;
    const churned = sorted.slice(first, end).filter((row) => row.churned).length;
    ranks += churned * ((first + end + 1) / 2);
    positives += churned;
    first = end;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (sorted.length - positives));
}
