import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DAY, dateText } from '../../datasets/civil.ts';
import { dayEnds } from '../../datasets/day-end.ts';
import { HORIZON_DAYS } from './examples.ts';
import { isTrainingDay, trainingDayAfter } from './training-schedule.ts';

it('models are trained at the ends of quarters', () => {
  const days = Array.from({ length: 366 }, (_, day) => Date.UTC(2024, 0, 1) / DAY + day);
  expect(days.filter(isTrainingDay).map(dateText)).toEqual(['2024-03-31', '2024-06-30', '2024-09-30', '2024-12-31']);
});

it.each(['UTC', 'America/New_York', 'Pacific/Auckland'])(
  'of days in %s, the next one is that which ends first after a moment',
  (zone) => {
    const endOf = dayEnds([zone]);
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) }), (time) => {
        const day = trainingDayAfter(time, endOf);
        expect(isTrainingDay(day)).toBe(true);
        expect(endOf(day)).toBeGreaterThan(time);
        for (let before = day - 1; before > day - 93; before--)
          if (isTrainingDay(before)) expect(endOf(before)).toBeLessThanOrEqual(time);
      }),
    );
  },
);

it('the one after a training is the next quarter’s', () => {
  const endOf = dayEnds(['Europe/Berlin']);
  const day = trainingDayAfter(Date.UTC(2024, 4, 1), endOf);
  expect(dateText(trainingDayAfter(endOf(day), endOf))).toBe('2024-09-30');
});

it('of what is no moment, none is waited for', () => {
  const endOf = dayEnds(['UTC']);
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY]) expect(trainingDayAfter(time, endOf)).toBeNaN();
});

it('trainings are a horizon apart or more, so that each compares models by outcomes of its own', () => {
  const days = Array.from({ length: 400 * 366 }, (_, day) => day).filter(isTrainingDay);
  const between = days.slice(1).map((day, index) => day - (days[index] ?? 0));
  expect(Math.min(...between)).toBeGreaterThanOrEqual(HORIZON_DAYS);
});
