import { DAY } from '../../datasets/civil.ts';

/** Whether models are trained at the end of a local day: the last of March, June, September and December. */
export function isTrainingDay(day: number): boolean {
  const next = new Date((day + 1) * DAY);
  return next.getUTCDate() === 1 && next.getUTCMonth() % 3 === 0;
}

/** The first day whose end is after `time` and at whose end models are trained. @param endOf when a local day has ended, UTC epoch ms */
export function trainingDayAfter(time: number, endOf: (day: number) => number): number {
  let day = quarterEnd(Math.floor(time / DAY) - 1);
  while (endOf(day) <= time) day = quarterEnd(day + 1);
  return day;
}

/** The last day of the quarter of `day`. NaN of what is no date, which no loop waits for. */
function quarterEnd(day: number): number {
  const date = new Date(day * DAY);
  const month = date.getUTCMonth();
  return date.setUTCMonth(month - (month % 3) + 3, 0) / DAY;
}
