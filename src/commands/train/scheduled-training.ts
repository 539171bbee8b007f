import { dateText } from '../../../datasets/civil.ts';
import { appoint, type InForce } from '../../churn/appoint.ts';
import type { Verdict } from '../../churn/compare.ts';
import { HORIZON_DAYS } from '../../churn/examples.ts';
import { HistoryError } from '../../churn/training-dates.ts';
import type { Appends } from '../../log/log.ts';
import type { TrainingEnded } from '../../operations/events.ts';
import type { Workplace } from '../workplace.ts';
import { inForceAt, type ModelsWriter, readModels } from './models-topic.ts';
import { studyDates } from './study.ts';
import { TrainingFailedError } from './threads.ts';

/** A training that is due. */
export interface Scheduled {
  readonly place: Workplace;
  readonly shop: string;
  /** The local day at whose end it is, and that moment, UTC epoch ms. */
  readonly day: number;
  readonly at: number;
  readonly signal: AbortSignal;
  /** Whether the challengers' kinds were better live than the champion's, as of then. */
  verdicts(inForce: InForce): Promise<readonly Verdict[]>;
}

const SEED = 1;
/** More do not make better models of sixteen features, and the shop waits for them. */
const MOST_ROWS = 80_000;

/**
 * Trains with what was known at the end of a day, whenever it is done, and changes the champion's kind where another was better. How the models did in their backtests goes with them;
 * the table of results is for trainings that somebody asked for.
 * @returns what to commit, nothing where it failed, and what to tell @throws the signal's reason, LogError, AvroError
 */
export async function scheduledTraining(
  { place, shop, day, at, signal, verdicts }: Scheduled,
  writer: ModelsWriter,
): Promise<{ readonly appends: Appends; readonly event: Omit<TrainingEnded, 'took'> }> {
  const horizonDays = HORIZON_DAYS;
  const training = {
    engine: 'fast',
    horizonDays,
    seed: SEED,
    samples: 0,
    mostRows: MOST_ROWS,
    deploy: true,
    signal,
  } as const;
  const date = dateText(day);
  try {
    const { candidates } = await studyDates(place, {}, { shop, until: day, signal, training });
    const inForce = inForceAt(await readModels(place, shop), at);
    const { models, reasons } = appoint(candidates, inForce, at, await verdicts(inForce));
    return {
      appends: writer.models(models),
      event: { kind: 'models-trained', date, code: undefined, reasons },
    };
  } catch (error) {
    if (!(error instanceof HistoryError || error instanceof TrainingFailedError)) throw error;
    return { appends: [], event: { kind: 'training-failed', date, code: error.code, reasons: [error.message] } };
  }
}
