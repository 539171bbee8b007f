import { dateText } from '../../../datasets/civil.ts';
import { appoint, type InForce } from '../../churn/appoint.ts';
import type { Verdict } from '../../churn/compare.ts';
import { checkEnough } from '../../churn/enough.ts';
import { HORIZON_DAYS } from '../../churn/examples.ts';
import type { Model } from '../../churn/model.ts';
import { type Covered, chooseDates, HistoryError } from '../../churn/training-dates.ts';
import type { TrainingEnded } from '../../operations/events.ts';
import type { Workplace } from '../workplace.ts';
import { candidatesOf } from './candidates.ts';
import type { ExamplesIndex } from './examples-index.ts';
import { inForceAt, readModels } from './models-topic.ts';
import { TrainingFailedError } from './threads.ts';
import { trainModels } from './train-models.ts';

/** A training that is due. */
export interface Scheduled {
  readonly place: Workplace;
  readonly shop: string;
  /** The local day at whose end it is, and that moment, UTC epoch ms. */
  readonly day: number;
  readonly at: number;
  /** Taken in beyond that moment. */
  readonly examples: ExamplesIndex;
  readonly signal: AbortSignal;
  /** Whether the challengers' kinds were better live than the champion's, as of then. */
  verdicts(inForce: InForce): Promise<readonly Verdict[]>;
  /** Told how far it is, in [0, 1], reading and then training. */
  readonly onProgress?: (doing: 'reading' | 'training', share: number) => void;
}

/** What came of a training: models to append, none where it failed, and what to tell. */
export interface Trained {
  readonly models: readonly Model[];
  readonly event: Omit<TrainingEnded, 'took'>;
}

const SEED = 1;
/** More do not make better models of sixteen features, and the shop waits for them. */
const MOST_ROWS = 80_000;
/** Trainings of a model: once to be tested, once to be deployed; baselines are only tested. */
const WORKS = 10;

/**
 * Trains with what was known at the end of a day, whenever it is done, and changes the champion's kind where another was better.
 * How the models did in their backtests goes with them;
 * the table of results is for trainings that somebody asked for. @throws the signal's reason, LogError, AvroError
 */
export async function scheduledTraining(scheduled: Scheduled): Promise<Trained> {
  const { place, shop, day, at, examples, signal, verdicts, onProgress } = scheduled;
  const horizonDays = HORIZON_DAYS;
  const shares = new Map<number, number>();
  const training = {
    engine: 'fast',
    horizonDays,
    seed: SEED,
    samples: 0,
    mostRows: MOST_ROWS,
    deploy: true,
    signal,
    onProgress(work: number, share: number): void {
      shares.set(work, share);
      onProgress?.('training', [...shares.values()].reduce((sum, one) => sum + one, 0) / WORKS);
    },
  } as const;
  const learnt = {
    covered: coveredAt(examples, day),
    size: examples.size.bind(examples),
    gather: (wanted: Parameters<ExamplesIndex['gather']>[0]) =>
      examples.gather(wanted, { signal, onProgress: (read, of) => onProgress?.('reading', read / of) }),
  };
  const date = dateText(day);
  try {
    const trained = await trainModels(learnt, {}, training);
    const positions = { topic: examples.topic, offsets: examples.next };
    const candidates = candidatesOf(trained, positions, horizonDays);
    const inForce = inForceAt(await readModels(place, shop), at);
    const { models, reasons } = appoint(candidates, inForce, at, await verdicts(inForce));
    return { models, event: { kind: 'models-trained', date, code: undefined, reasons } };
  } catch (error) {
    if (!(error instanceof HistoryError || error instanceof TrainingFailedError)) throw error;
    return { models: [], event: { kind: 'training-failed', date, code: error.code, reasons: [error.message] } };
  }
}

/** Why a training on a day would come to nothing, as far as that can be told without reading any example. */
export function whyNot(examples: ExamplesIndex, day: number): HistoryError | undefined {
  try {
    checkEnough(chooseDates({}, coveredAt(examples, day), HORIZON_DAYS), examples);
    return undefined;
  } catch (error) {
    if (error instanceof HistoryError) return error;
    throw error;
  }
}

/** @throws HistoryError where nothing is */
function coveredAt({ first }: ExamplesIndex, day: number): Covered {
  if (first !== undefined && first <= day) return { first, last: day };
  throw new HistoryError(
    'NOT_ENOUGH_HISTORY',
    `of no customer it was known by ${dateText(day)} whether they would buy within ${HORIZON_DAYS} days`,
  );
}
