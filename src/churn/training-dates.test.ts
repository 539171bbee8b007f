import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateText } from '../../datasets/civil.ts';
import { dayOf } from './history.ts';
import { isGridDay } from './schedule.ts';
import { chooseDates, firstModelDay, type HistoryError, refitDates, type TrainingDates } from './training-dates.ts';

const cdnow = { first: dayOf('1997-01-01'), last: dayOf('1998-06-30') };

function texts({ train, calibrate, test }: TrainingDates) {
  return { train: train.map(dateText), calibrate: dateText(calibrate), test: dateText(test) };
}

/** What is thrown, as code and message. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    const { code, message } = error as HistoryError;
    return `${code}: ${message}`;
  }
  return 'nothing';
}

describe('days to learn from, to calibrate and to test', () => {
  it('are by default the newest month ends that will do', () => {
    expect(texts(chooseDates({}, cdnow, 90))).toEqual({
      train: ['1997-06-30', '1997-07-31', '1997-08-31', '1997-09-30', '1997-10-31', '1997-11-30'],
      calibrate: '1997-12-31',
      test: '1998-03-31',
    });
  });

  it('are those asked for, in order', () => {
    const asked = { train: [dayOf('1997-11-01'), dayOf('1997-07-01')], test: dayOf('1998-04-01') };
    expect(texts(chooseDates(asked, cdnow, 90))).toEqual({
      train: ['1997-07-01', '1997-11-01'],
      calibrate: '1997-12-31',
      test: '1998-04-01',
    });
  });

  it('leave nothing to be tested on what it was fitted to, whatever the data and the horizon', () => {
    fc.assert(
      fc.property(
        fc.nat(20_000),
        fc.integer({ min: 1, max: 1_500 }),
        fc.integer({ min: 1, max: 200 }),
        (first, days, horizon) => {
          const covered = { first, last: first + days - 1 };
          let dates: TrainingDates;
          try {
            dates = chooseDates({}, covered, horizon);
          } catch (error) {
            expect(error).toMatchObject({ code: 'NOT_ENOUGH_HISTORY' });
            return;
          }
          for (const { train, calibrate, known } of [
            { ...dates, known: dates.test },
            { ...refitDates(dates), known: covered.last },
          ]) {
            for (const day of [...train, calibrate]) expect(day + horizon).toBeLessThanOrEqual(known);
            for (const day of train) expect(day).toBeLessThan(calibrate);
            // The log has examples of no other days.
            for (const day of train) expect(isGridDay(day)).toBe(true);
          }
          expect(dates.test + horizon).toBeLessThanOrEqual(covered.last);
          for (const day of [...dates.train, dates.calibrate, dates.test]) expect(isGridDay(day)).toBe(true);
          for (const day of dates.train) expect(day).toBeGreaterThanOrEqual(first);
        },
      ),
    );
  });

  it('are there from the first day on that a customer without a score is told of', () => {
    fc.assert(
      fc.property(fc.integer({ min: 9_000, max: 22_000 }), fc.integer({ min: 1, max: 200 }), (first, horizon) => {
        const last = firstModelDay(first, horizon);
        expect(refusal(() => chooseDates({}, { first, last }, horizon))).toBe('nothing');
        expect(refusal(() => chooseDates({}, { first, last: last - 1 }, horizon))).toMatch(/^NOT_ENOUGH_HISTORY/);
      }),
    );
  });

  it.each<[string, { train?: number[]; calibrate?: number; test?: number }, RegExp]>([
    [
      'nobody knows yet who left',
      { test: dayOf('1998-05-01') },
      /^NOT_MATURED: .*1998-05-01 is known on 1998-07-30.* end with 1998-06-30: the last day .* is 1998-04-01/,
    ],
    [
      'a label ends after the test',
      { calibrate: dayOf('1998-01-31') },
      /^BAD_ORDER: .*known on 1998-05-01.* until 1997-12-31/,
    ],
    ['training is not before calibration', { train: [dayOf('1997-12-31')] }, /^BAD_ORDER: 1997-12-31 is trained on/],
    [
      'nobody had bought anything',
      { train: [dayOf('1996-12-31')] },
      /^NOT_ENOUGH_HISTORY: nobody had bought anything by 1996-12-31/,
    ],
  ])('are refused where %s', (_, asked, expected) => {
    expect(refusal(() => chooseDates(asked, cdnow, 90))).toMatch(expected);
  });

  it('end in an error where the data end at no date', () => {
    for (const last of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => chooseDates({}, { ...cdnow, last }, 90)).toThrow();
  });

  it('are refused with what there is, where there are fewer days than it takes', () => {
    const short = { first: dayOf('2020-01-01'), last: dayOf('2020-02-23') };
    expect(refusal(() => chooseDates({}, short, 90))).toMatch(
      /^NOT_ENOUGH_HISTORY: there are 54 days of purchases, from 2020-01-01 to 2020-02-23\./,
    );
  });
});
