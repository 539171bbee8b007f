import { dateText } from '../../datasets/civil.ts';
import { purchaseDays, type Wanted } from './gathered.ts';
import { HistoryError, refitDates, type TrainingDates } from './training-dates.ts';

/** How many rows there are of each day, and how many of them churned. */
export interface Counted {
  size(kind: keyof Wanted, day: number): number;
  churned(kind: keyof Wanted, day: number): number;
}

/**
 * Refuses what nothing can be learnt from, before anything is read: days on which there is nobody, as between a row of a mistyped
 * century and the others, and customers who all churned or all stayed. @throws HistoryError
 */
export function checkEnough(dates: TrainingDates, counted: Counted): void {
  const { calibrate, test } = dates;
  for (const [what, day] of [['calibrate', calibrate] as const, ['test', test] as const])
    if (counted.size('snapshots', day) === 0)
      throw new HistoryError('NO_CUSTOMERS', `there are no customers to ${what} on, ${dateText(day)}`);
  for (const { train } of [dates, refitDates(dates)]) {
    const rows = sumOf(train, (kind, day) => counted.size(kind, day));
    if (rows === 0)
      throw new HistoryError('NO_CUSTOMERS', `there are no customers to train on from ${dateText(train[0] ?? 0)}`);
    const churned = sumOf(train, (kind, day) => counted.churned(kind, day));
    if (churned > 0 && churned < rows) continue;
    const which = churned === 0 ? 'stayed' : 'churned';
    throw new HistoryError(
      'ONE_CLASS',
      `all ${rows} examples from ${dateText(train[0] ?? 0)} to ${dateText(train.at(-1) ?? 0)} ${which}: a model needs both`,
    );
  }
}

function sumOf(train: readonly number[], count: Counted['size']): number {
  const sum = (kind: keyof Wanted, days: readonly number[]) => days.reduce((rows, day) => rows + count(kind, day), 0);
  return sum('snapshots', train) + sum('purchases', purchaseDays(train));
}
