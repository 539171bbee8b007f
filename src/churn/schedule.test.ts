import { describe, expect, it } from 'vitest';
import { dateText } from '../../datasets/civil.ts';
import { addOccasion, dayOf, type History, newHistory } from './history.ts';
import { isGridDay, nextGridDay, nextSnapshot, nextWake } from './schedule.ts';

function boughtOn(...dates: readonly string[]): History {
  const history = newHistory();
  for (const date of dates) addOccasion(history, dayOf(date), 1, 1);
  return history;
}

/** All that `next` gives, from a day before `from` up to `to`. */
function walk(next: (day: number) => number, from: string, to: string): string[] {
  const found: string[] = [];
  for (let day = next(dayOf(from) - 1); day <= dayOf(to); day = next(day)) found.push(dateText(day));
  return found;
}

describe('the grid', () => {
  it('is the last day of every month, a leap February included', () => {
    expect(walk(nextGridDay, '2023-11-30', '2024-04-01')).toEqual([
      '2023-11-30',
      '2023-12-31',
      '2024-01-31',
      '2024-02-29',
      '2024-03-31',
    ]);
    expect(isGridDay(dayOf('2024-02-29'))).toBe(true);
    expect(isGridDay(dayOf('2024-02-28'))).toBe(false);
  });
});

describe('nextWake', () => {
  it('wakes a silent customer after 1, 3, 7, 14, 30, 60, 90 and 180 days and on the grid', () => {
    const history = boughtOn('2024-01-10');
    expect(walk((day) => nextWake(history, day), '2024-01-01', '2024-07-31')).toEqual([
      '2024-01-10',
      '2024-01-11',
      '2024-01-13',
      '2024-01-17',
      '2024-01-24',
      '2024-01-31',
      '2024-02-09',
      '2024-02-29',
      '2024-03-10',
      '2024-03-31',
      '2024-04-09',
      '2024-04-30',
      '2024-05-31',
      '2024-06-30',
      '2024-07-08',
      '2024-07-31',
    ]);
  });

  it('begins to count silence again at a purchase', () => {
    const history = boughtOn('2024-01-10', '2024-01-12');
    expect(walk((day) => nextWake(history, day), '2024-01-01', '2024-01-20')).toEqual([
      '2024-01-10',
      '2024-01-11',
      '2024-01-12',
      '2024-01-13',
      '2024-01-15',
      '2024-01-19',
    ]);
  });

  it('never wakes who has bought nothing', () => {
    expect(nextWake(newHistory(), 0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('nextSnapshot', () => {
  it('gives days of purchase, and the grid from the first of them on', () => {
    const history = boughtOn('2024-01-31', '2024-02-02', '2024-04-15');
    expect(walk((day) => nextSnapshot(history, day), '2023-11-01', '2024-05-31')).toEqual([
      '2024-01-31',
      '2024-02-02',
      '2024-02-29',
      '2024-03-31',
      '2024-04-15',
      '2024-04-30',
      '2024-05-31',
    ]);
  });
});
