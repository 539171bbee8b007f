import { dateText } from '../../../datasets/civil.ts';
import { type Gathered, purchaseDays, type Wanted, wantedFor } from '../../churn/gathered.ts';
import { type Labelled, type LabelledRows, ofSome, together } from '../../churn/labelled.ts';
import type { Learnt, Tested } from '../../churn/learn.ts';
import type { Engine, ModelKind } from '../../churn/model.ts';
import { chooseDates, HistoryError, refitDates, type TrainingDates } from '../../churn/training-dates.ts';
import type { ExamplesOnLog } from './open-examples.ts';
import { inThreads, type ThreadOptions } from './threads.ts';
import { versionOf } from './version.ts';
import type { Baseline, BaselineWork, Done, LearnWork, Work } from './work.ts';

/** What takes longest comes first, so that the threads end together. */
export const kinds: readonly ModelKind[] = ['random_forest', 'decision_tree', 'logistic_regression', 'linear_svc'];
const baselines: readonly Baseline[] = ['bg_nbd', 'recency'];

export interface Versioned extends Learnt {
  readonly version: string;
}

/** Trained, and tested on a day that nothing was fitted to. */
export interface TrainedModel {
  readonly kind: ModelKind;
  readonly evaluated: Versioned;
  readonly tested: Tested;
  /** Probabilities of the test's rows. */
  readonly scores: Float64Array;
  /** The same recipe with what became known since; absent where that is not wanted. */
  readonly deployed?: Versioned;
  readonly seconds: number;
}

export interface TestedBaseline {
  readonly baseline: Baseline;
  readonly tested: Tested;
  readonly seconds: number;
}

/** What was learnt from, calibrated on and tested on. */
export interface Split {
  readonly train: Labelled;
  /** Of its rows, those at purchases. */
  readonly purchases: number;
  readonly calibrate: Labelled;
  readonly test: Labelled;
  /** Customers at the purchases of the month before the test, among which probabilities are to hold as well. */
  readonly testPurchases: Labelled;
}

export interface Training {
  readonly dates: TrainingDates;
  readonly split: Split;
  readonly models: readonly TrainedModel[];
  readonly baselines: readonly TestedBaseline[];
}

export interface TrainModelsOptions extends ThreadOptions {
  readonly engine: Engine;
  readonly horizonDays: number;
  readonly seed: number;
  /** Of the bootstrap of the intervals. */
  readonly samples: number;
  /** Whether models are trained that are to score customers. */
  readonly deploy: boolean;
  /** About how many rows models learn from at most; of more, a part of the customers is taken. All where absent. */
  readonly mostRows?: number;
}

/** What `trainModels` has to know of what there is. */
export type Learnable = Pick<ExamplesOnLog, 'covered' | 'gather' | 'size'>;

/**
 * Trains all four models on some days and tests them and the baselines on a later one; then trains them again with all that is
 * known by now. @throws HistoryError, TrainingFailedError
 */
export async function trainModels(
  examples: Learnable,
  asked: Partial<TrainingDates>,
  options: TrainModelsOptions,
): Promise<Training> {
  const dates = chooseDates(asked, examples.covered, options.horizonDays);
  const again = refitDates(dates);
  const gathered = await examples.gather(wantedFor([dates, again], (train) => enoughOf(examples, train, options)));
  // The packages of mljs take samples, whose few rows at month ends would be fewer still.
  const { train, calibrate } = partsOf(gathered, dates, options.engine === 'fast', options.mostRows);
  const test = together([gathered.snapshot(dates.test)], []);
  const testPurchases = together([], rowsAtPurchases(gathered, [dates.test], dates.calibrate));
  const split = { train: train.rows, purchases: train.purchases, calibrate, test, testPurchases };
  checkCustomers(split, dates);
  const evaluating = worksOf(split, options, true);
  const deploying = options.deploy ? refitsOf(partsOf(gathered, again, true, options.mostRows), options) : [];
  const done = await inThreads([...evaluating, ...deploying], options);
  const until = [dateText(dates.calibrate), dateText(again.calibrate)] as const;
  return { dates, split, ...resultsOf(done, until) };
}

/** The same on a split that has no dates, of which nothing is deployed. */
export async function testModels(
  split: Split,
  until: string,
  options: TrainModelsOptions,
): Promise<Omit<Training, 'dates'>> {
  return { split, ...resultsOf(await inThreads(worksOf(split, options, false), options), [until]) };
}

interface Parts {
  readonly train: { readonly rows: Labelled; readonly purchases: number };
  readonly calibrate: Labelled;
}

function partsOf(
  gathered: Gathered,
  { train, calibrate }: Omit<TrainingDates, 'test'>,
  atPurchases: boolean,
  mostRows = Number.POSITIVE_INFINITY,
): Parts {
  const snapshots = train.map((day) => gathered.snapshot(day));
  const bought = atPurchases ? rowsAtPurchases(gathered, train) : [];
  const share = mostRows / rowsOf(gathered, train, atPurchases);
  const some = (rows: LabelledRows) => ofSome(rows, share);
  const purchases = bought.map(some);
  return {
    train: { rows: together(snapshots.map(some), purchases), purchases: rowsIn(purchases) },
    calibrate: together([gathered.snapshot(calibrate)], rowsAtPurchases(gathered, [calibrate], train.at(-1))),
  };
}

/** The share of the customers from whom is learnt, where it is known how many rows there are: the others need not be kept. */
function enoughOf(
  { size }: Pick<Learnable, 'size'>,
  train: readonly number[],
  { engine, mostRows = Number.POSITIVE_INFINITY }: TrainModelsOptions,
): number {
  return size === undefined ? 1 : mostRows / rowsOf({ size }, train, engine === 'fast');
}

/** All that could be learnt from some days. */
function rowsOf(of: Pick<Gathered, 'size'>, train: readonly number[], atPurchases: boolean): number {
  const sum = (kind: keyof Wanted, days: readonly number[]) => days.reduce((rows, day) => rows + of.size(kind, day), 0);
  return sum('snapshots', train) + (atPurchases ? sum('purchases', purchaseDays(train)) : 0);
}

function rowsIn(parts: readonly LabelledRows[]): number {
  return parts.reduce((sum, { labels }) => sum + labels.length, 0);
}

/** @param after only of days after this one: what is learnt from must not be among what is held back */
function rowsAtPurchases(
  gathered: Gathered,
  days: readonly number[],
  after = Number.NEGATIVE_INFINITY,
): readonly LabelledRows[] {
  return purchaseDays(days)
    .filter((day) => day > after)
    .map((day) => gathered.purchases(day));
}

function refitsOf({ train, calibrate }: Parts, options: TrainModelsOptions): readonly Work[] {
  return kinds.map((kind) => lessonOf(kind, train.rows, calibrate, options));
}

function checkCustomers({ train, calibrate, test }: Split, dates: TrainingDates): void {
  const [first = 0] = dates.train;
  const rows = [
    { what: `to train on from ${dateText(first)}`, rows: train },
    { what: `to calibrate on, ${dateText(dates.calibrate)}`, rows: calibrate },
    { what: `to test on, ${dateText(dates.test)}`, rows: test },
  ];
  const none = rows.find(({ rows: { labels } }) => labels.length === 0);
  if (none !== undefined) throw new HistoryError('NO_CUSTOMERS', `there are no customers ${none.what}`);
}

function worksOf(split: Split, options: TrainModelsOptions, isLikelihood: boolean): readonly Work[] {
  const { seed, samples, horizonDays } = options;
  const test = { rows: split.test, samples };
  return [
    ...kinds.map((kind): LearnWork => ({ ...lessonOf(kind, split.train, split.calibrate, options), test })),
    ...baselines.map(
      (baseline): BaselineWork => ({
        kind: 'baseline',
        ...{ baseline, calibrate: split.calibrate, horizonDays, isLikelihood, seed, test },
      }),
    ),
  ];
}

function lessonOf(
  kind: ModelKind,
  train: Labelled,
  calibrate: Labelled,
  { engine, seed }: TrainModelsOptions,
): LearnWork {
  return { kind: 'learn', engine, seed, lesson: { kind, train: examplesOf(train), calibrate: examplesOf(calibrate) } };
}

/** Names of customers are not for those who learn: they would be copied from thread to thread. */
function examplesOf({ customers: _, ...examples }: Labelled) {
  return examples;
}

function resultsOf(
  done: readonly Done[],
  [tested, deployed]: readonly [string, string?],
): Pick<Training, 'models' | 'baselines'> {
  const after = kinds.length + baselines.length;
  const versioned = (learnt: Learnt, until: string) => ({ ...learnt, version: versionOf(learnt.model, until) });
  return {
    models: kinds.flatMap((kind, index) => {
      const { learnt, tested: result, scores, seconds } = done[index] ?? { seconds: 0 };
      if (learnt === undefined || result === undefined || scores === undefined) return [];
      const refit = done[after + index]?.learnt;
      return {
        ...{ kind, tested: result, scores, seconds, evaluated: versioned(learnt, tested) },
        ...(refit === undefined || deployed === undefined ? {} : { deployed: versioned(refit, deployed) }),
      };
    }),
    baselines: baselines.flatMap((baseline, index) => {
      const { tested: result, seconds } = done[kinds.length + index] ?? { seconds: 0 };
      return result === undefined ? [] : { baseline, tested: result, seconds };
    }),
  };
}
