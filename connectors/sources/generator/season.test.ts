import { expect, test } from 'vitest';
import { SEASON_DAYS, seasonFrom } from './season.ts';
import { DAY } from './time.ts';

const start = Date.UTC(2024, 0, 1);
const season = seasonFrom(start);
const dayOf = (date: string) => (Date.parse(date) - start) / DAY;

test('averages 1 over the first 730 days', () => {
  expect(season.weeks(SEASON_DAYS)).toBeCloseTo(SEASON_DAYS / 7, 9);
});

test('goes on with the same scale after day 730', () => {
  // Two Tuesdays, days 34 and 33 of their years.
  expect(season.factor(dayOf('2026-02-03'))).toBeCloseTo(season.factor(dayOf('2025-02-04')), 2);
});

test('weekends add .15, and the weeks before the year’s end .6, before scaling', () => {
  const scale = season.factor(dayOf('2024-10-07')) / (1 + 0.3 * Math.sin(0)); // Monday, day of year 280
  const wave = (dayOfYear: number) => 0.3 * Math.sin((2 * Math.PI * (dayOfYear - 280)) / 365);
  expect(season.factor(dayOf('2024-10-05')) / scale).toBeCloseTo(1.15 + wave(278), 9);
  expect(season.factor(dayOf('2024-11-20')) / scale).toBeCloseTo(1 + wave(324), 9);
  expect(season.factor(dayOf('2024-11-21')) / scale).toBeCloseTo(1.6 + wave(325), 9);
  expect(season.factor(dayOf('2024-12-22')) / scale).toBeCloseTo(1.75 + wave(356), 9);
  expect(season.factor(dayOf('2024-12-23')) / scale).toBeCloseTo(1 + wave(357), 9);
});

test('finds the day of a moment of operational time', () => {
  for (const day of [0, 1, 17, 364, 729, 730, 1500]) {
    expect(season.dayOf(season.weeks(day))).toBe(day);
    expect(season.dayOf(season.weeks(day + 0.999))).toBe(day);
  }
});
