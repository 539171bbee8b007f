import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FEATURES, featureNames, featuresAt, labelOf } from './features.ts';
import { addOccasion, dayOf, type History, newHistory, PARTS } from './history.ts';
import type { Examples } from './model.ts';

const file = join(resolve(process.env.EBB_DATASETS ?? '../shared/datasets'), 'cdnow_master.txt');

/** Tests of real purchases are left out where the file is not. */
export const cdnowMissing = !existsSync(file);

export type CdnowHistories = ReadonlyMap<string, History>;

/** By customer: the purchases of CDNOW's cohort of early 1997, up to June 1998. */
export function cdnowHistories(): CdnowHistories {
  const histories = new Map<string, History>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [customer = '', date = '', quantity, amount] = line.trim().split(/\s+/);
    if (!/^\d{5}$/.test(customer)) continue;
    const history = histories.get(customer) ?? newHistory();
    histories.set(customer, history);
    const day = dayOf(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`);
    addOccasion(history, day, Math.round(Number(amount) * PARTS), Number(quantity));
  }
  return histories;
}

export interface CdnowExamples extends Examples {
  /** Of each row. */
  readonly customers: readonly string[];
}

/** A row for each customer who has bought by each of the days. @param dates YYYY-MM-DD @param horizon days */
export function cdnowExamples(histories: CdnowHistories, dates: readonly string[], horizon = 90): CdnowExamples {
  const days = dates.map(dayOf);
  const rows = days.flatMap((day) =>
    [...histories]
      .filter(
        ([
          ,
          {
            days: [first = Number.POSITIVE_INFINITY],
          },
        ]) => first <= day,
      )
      .map(([customer, history]) => ({ customer, history, day })),
  );
  const features = new Float64Array(rows.length * FEATURES);
  for (const [row, { history, day }] of rows.entries()) featuresAt(history, day, features, row * FEATURES);
  return {
    columns: featureNames,
    features,
    labels: Uint8Array.from(rows, ({ history, day }) => labelOf(history, day, horizon)),
    customers: rows.map(({ customer }) => customer),
  };
}

/** What CDNOW is evaluated on: the labels of each part have ended before the next one's day. */
export const cdnowSplit = {
  train: ['1997-07-01', '1997-08-01', '1997-09-01', '1997-10-01', '1997-11-01'],
  calibrate: ['1997-12-31'],
  test: ['1998-03-31'],
} as const;
