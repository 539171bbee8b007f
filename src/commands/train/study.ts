import { dateText } from '../../../datasets/civil.ts';
import type { ModelResult } from '../../../schemas/generated.ts';
import type { Candidate } from '../../churn/appoint.ts';
import { together } from '../../churn/labelled.ts';
import { splitCustomers } from '../../churn/split-customers.ts';
import type { AskedDates } from '../../churn/training-dates.ts';
import type { Workplace } from '../workplace.ts';
import { candidatesOf } from './candidates.ts';
import { openExamples, openHistories, type ShopOptions } from './open-examples.ts';
import { readLabels } from './read-labels.ts';
import type { ReportHead } from './report.ts';
import { resultsOf } from './results.ts';
import { type TrainModelsOptions, testModels, trainModels } from './train-models.ts';

export interface StudyOptions extends ShopOptions {
  /** For the training; `onProgress` and `signal` are of the reading. */
  readonly training: TrainModelsOptions;
}

/** What came of a training. */
export interface Study {
  readonly head: ReportHead;
  readonly results: readonly ModelResult[];
  /** To score customers; none where nothing is deployed. */
  readonly candidates: readonly Candidate[];
}

/** Models of who buys nothing within a horizon, forward in time. @throws HistoryError, TrainingFailedError, LogError, AvroError */
export async function studyDates(place: Workplace, asked: AskedDates, options: StudyOptions): Promise<Study> {
  const { training, shop } = options;
  const { horizonDays, seed } = training;
  const examples = await openExamples(place, { ...options, asked, horizonDays });
  const trained = await trainModels(examples, asked, training);
  const { dates } = trained;
  const [trainedUntil, calibratedAt, testedAt] = [dates.train.at(-1) ?? 0, dates.calibrate, dates.test].map(dateText);
  const about = { trainedUntil: trainedUntil ?? '', calibratedAt: calibratedAt ?? '', testedAt: testedAt ?? '' };
  return {
    head: {
      shop,
      question: `who buys nothing within ${horizonDays} days?`,
      learntFrom: daysText(dates.train),
      calibratedOn: about.calibratedAt,
      testedOn: about.testedAt,
    },
    results: resultsOf({ ...trained, ...about, seed, label: `no purchase in ${horizonDays} days` }),
    candidates: candidatesOf(trained, examples, horizonDays),
  };
}

/** Models of what a column of the data says, which belongs to no time: other customers are tested than were learnt from. */
export async function studyColumn(place: Workplace, column: string, options: StudyOptions): Promise<Study> {
  const { training, shop, signal } = options;
  const { seed } = training;
  const { histories, covered } = await openHistories(place, options);
  const labels = await readLabels(place, shop, column, signal);
  const split = {
    ...splitCustomers(histories, labels, covered.last, seed),
    purchases: 0,
    testPurchases: together([], []),
  };
  const day = dateText(covered.last);
  const trained = await testModels(split, day, training);
  return {
    head: {
      shop,
      question: `of whom does column ${column} say yes?`,
      learntFrom: `customers as of ${day}`,
      calibratedOn: 'others',
      testedOn: 'others again',
    },
    results: resultsOf({
      ...{ ...trained, seed, label: `column ${column}` },
      ...{ trainedUntil: day, calibratedAt: day, testedAt: day },
    }),
    candidates: [],
  };
}

/** Days that were learnt from, for people. */
function daysText(days: readonly number[]): string {
  const [first = 0] = days;
  const last = days.at(-1) ?? first;
  return days.length === 1 ? dateText(first) : `${days.length} days from ${dateText(first)} to ${dateText(last)}`;
}
