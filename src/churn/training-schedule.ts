import { DAY } from '../../datasets/civil.ts';

/** Whether models are trained at the end of a local day: the last of March, June, September and December. */
export function isTrainingDay(day: number): boolean {
  const next = new Date((day + 1) * DAY);
  return next.getUTCDate() === 1 && next.getUTCMonth() % 3 === 0;
}

/** The first day whose end is after `time` and at whose end models are trained. @param endOf when a local day has ended, UTC epoch ms */
export function trainingDayAfter(time: number, endOf: (day: number) => number): number {
  let day = Math.floor(time / DAY) - 1;
  while (!isTrainingDay(day) || endOf(day) <= time) day++;
  return day;
}
