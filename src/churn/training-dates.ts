import { DAY, dateText } from '../../datasets/civil.ts';
import { isGridDay, nextGridDay } from './schedule.ts';

/** Local days from 1970-01-01 on which models look at every customer. */
export interface TrainingDates {
  /** Rising. What models learn from. */
  readonly train: readonly number[];
  /** After all of them: where scores become probabilities, and where the threshold is chosen. */
  readonly calibrate: number;
  /** Whose purchases nothing was fitted to: the labels of all others have ended by its end. */
  readonly test: number;
}

/** Any of them may be left to `chooseDates`. */
export type AskedDates = Partial<TrainingDates>;

/** Days of which a shop's purchases are known, both included. */
export interface Covered {
  /** Of the first purchase. */
  readonly first: number;
  /** The last one that has ended, after which nothing more comes of it. */
  readonly last: number;
}

export type HistoryErrorCode =
  /** There are fewer days than it takes. */
  | 'NOT_ENOUGH_HISTORY'
  /** Nobody knows yet who churned. */
  | 'NOT_MATURED'
  /** Something would be tested on what it was fitted to. */
  | 'BAD_ORDER'
  /** Nobody has bought anything. */
  | 'NO_CUSTOMERS'
  /** All churned, or all stayed. */
  | 'ONE_CLASS';

/** Nothing was trained; models that are in force stay so. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  readonly code: HistoryErrorCode;

  constructor(code: HistoryErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Snapshots that are trained on unless told otherwise. */
const SNAPSHOTS = 6;

/**
 * The days asked for, and for the others the newest that will do: to test, the last end of a month whose horizon the data
 * cover; to calibrate, the last one whose horizon ends by then; to train, the six before that. @throws {HistoryError}
 */
export function chooseDates(asked: AskedDates, covered: Covered, horizon: number): TrainingDates {
  const newest = covered.last - horizon;
  const test = asked.test ?? gridDayAt(newest);
  const calibrate = asked.calibrate ?? gridDayAt(test - horizon);
  const train = asked.train ?? gridDaysBefore(calibrate, covered.first);
  const few = asked.train === undefined && train.length === 0;
  if (few || test < covered.first) throw notEnough(covered, horizon);
  if (test > newest) throw notMatured(test, covered, horizon);
  const dates = { train: [...new Set(train)].sort((a, b) => a - b), calibrate, test };
  checkOrder(dates, horizon);
  if ((dates.train[0] ?? 0) < covered.first)
    throw new HistoryError(
      'NOT_ENOUGH_HISTORY',
      `nobody had bought anything by ${dateText(dates.train[0] ?? 0)}: the first purchase is of ${dateText(covered.first)}`,
    );
  return dates;
}

/** The first day by whose end there is enough to train, calibrate and test a model. @param first day of purchase */
export function firstModelDay(first: number, horizon: number): number {
  const calibrate = nextGridDay(nextGridDay(first - 1));
  return nextGridDay(calibrate + horizon - 1) + horizon;
}

/**
 * What is deployed learns by the same recipe, as much later as takes the day of calibration to that of the test: in months where
 * all are on the grid, as the log has examples of no other days, else in days.
 */
export function refitDates({ train, calibrate, test }: TrainingDates): Omit<TrainingDates, 'test'> {
  const onGrid = [...train, calibrate, test].every(isGridDay);
  const [steps, days] = [monthsBetween(calibrate, test), test - calibrate];
  return { train: train.map((day) => (onGrid ? monthsLater(day, steps) : day + days)), calibrate: test };
}

/** @param from on the grid, as `to` */
function monthsBetween(from: number, to: number): number {
  let months = 0;
  for (let day = from; day < to; day = nextGridDay(day)) months++;
  return months;
}

function monthsLater(day: number, months: number): number {
  let at = day;
  for (let month = 0; month < months; month++) at = nextGridDay(at);
  return at;
}

/** The last day on the grid that is not after `day`. NaN of what is no date. */
function gridDayAt(day: number): number {
  const next = new Date((Math.floor(day) + 1) * DAY);
  return next.setUTCDate(0) / DAY;
}

function gridDaysBefore(day: number, first: number): readonly number[] {
  const days: number[] = [];
  for (let at = gridDayAt(day - 1); at >= first && days.length < SNAPSHOTS; at = gridDayAt(at - 1)) days.unshift(at);
  return days;
}

function checkOrder({ train, calibrate, test }: TrainingDates, horizon: number): void {
  const last = train.at(-1);
  if (last === undefined) throw new HistoryError('BAD_ORDER', 'no day to train on was given');
  if (last >= calibrate)
    throw new HistoryError(
      'BAD_ORDER',
      `${dateText(last)} is trained on, which is not before ${dateText(calibrate)}, where the scores are calibrated: they are to be probabilities on a day that the models have not seen`,
    );
  const latest = Math.max(last, calibrate);
  if (latest + horizon > test)
    throw new HistoryError(
      'BAD_ORDER',
      `who churned after ${dateText(latest)} is known on ${dateText(latest + horizon)}, ${horizon} days later, and the test is on ${dateText(test)}: what is learnt must have ended by the day that is tested. Train and calibrate until ${dateText(test - horizon)}, or test later`,
    );
}

function notMatured(test: number, { last }: Covered, horizon: number): HistoryError {
  return new HistoryError(
    'NOT_MATURED',
    `who churned after ${dateText(test)} is known on ${dateText(test + horizon)}, ${horizon} days later, and the data end with ${dateText(last)}: the last day that can be tested is ${dateText(last - horizon)}. Take that, or a shorter --horizon`,
  );
}

function notEnough({ first, last }: Covered, horizon: number): HistoryError {
  const days = last - first + 1;
  const least = 2 * horizon;
  return new HistoryError(
    'NOT_ENOUGH_HISTORY',
    `there are ${days} days of purchases, from ${dateText(first)} to ${dateText(last)}. To train, calibrate and test a churn model takes the ends of three months, the last of them ${horizon} days after the second and ${horizon} before the end of the data: about ${least + 60} days. ${days > 90 ? 'Take a shorter --horizon, give days of your own (--train, --calibrate, --test), or wait' : 'Wait, or take a label that the data bring along (--label-column)'}`,
  );
}
