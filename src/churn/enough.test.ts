import { describe, expect, it } from 'vitest';
import { type Counted, checkEnough } from './enough.ts';
import { dayOf } from './history.ts';
import { nextGridDay } from './schedule.ts';
import { chooseDates } from './training-dates.ts';

const covered = { first: dayOf('2023-01-10'), last: dayOf('2024-06-30') };
const dates = chooseDates({}, covered, 90);

/** So many customers at every month end from `from` on, of whom so many churn. */
function customers(rows: number, churned: number, from = '2023-01-31'): Counted {
  const of = (count: number) => (kind: string, day: number) =>
    kind === 'snapshots' && day >= dayOf(from) && nextGridDay(day - 1) === day ? count : 0;
  return { size: of(rows), churned: of(churned) };
}

describe('whether there is enough to learn from', () => {
  it('is known from how many customers there are, and how many of them churned', () => {
    expect(() => checkEnough(dates, customers(10, 4))).not.toThrow();
  });

  it.each([
    ['nobody', customers(0, 0), 'NO_CUSTOMERS'],
    ['nobody to train on', customers(10, 4, '2023-12-31'), 'NO_CUSTOMERS'],
    ['nobody who stayed, as after one row of a mistyped century', customers(1, 1), 'ONE_CLASS'],
    ['nobody who churned', customers(10, 0), 'ONE_CLASS'],
  ])('is denied where there is %s', (_, counted, code) => {
    expect(() => checkEnough(dates, counted)).toThrow(expect.objectContaining({ code }));
  });
});
