import { dateText } from '../../../datasets/civil.ts';
import type { Model } from '../../churn/model.ts';
import type { HistoryError } from '../../churn/training-dates.ts';
import { trainingDayAfter } from '../../churn/training-schedule.ts';
import { BEGINNING } from '../../engine/tick.ts';
import type { TrainingEnded, TrainingStarted, TrainingWaits } from '../../operations/events.ts';
import type { TrainingStatus } from '../../operations/status.ts';
import type { Workplace } from '../workplace.ts';
import { ExamplesIndex } from './examples-index.ts';
import { LiveOutcomes, type OutcomesAwaited } from './live-outcomes.ts';
import { calendarOf } from './open-examples.ts';
import { scheduledTraining, whyNot } from './scheduled-training.ts';
import { scheduledVerdicts } from './scheduled-verdicts.ts';

/** What whoever commits is asked to do next. */
export type TrainingStep =
  /** All models that hold from before `until` are these, besides those on the log. UTC epoch ms; no `until`: nobody is to wait for any. */
  | {
      readonly kind: 'decided';
      readonly until: number | undefined;
      readonly models: readonly Model[];
      readonly event: TrainingEnded | undefined;
    }
  /** All trainings have been done that were due before these offsets of the topic of examples. */
  | { readonly kind: 'followed'; readonly topic: string; readonly next: readonly number[] };

/** What is told while a training goes on. */
export type TrainingTold =
  | { readonly event: TrainingStarted | TrainingWaits }
  | { readonly training: TrainingStatus | undefined };

export interface FollowedShop {
  readonly shop: string;
  /** Up to when it has been decided, UTC epoch ms. */
  readonly decided: number;
}

/** ms between two words about how far a training is. */
const SAY_EVERY = 250;

/**
 * Follows a shop's examples from their start, and trains when a quarter of event time ends. Quarters in which there is nobody to
 * learn from are passed over together. Each step has been committed before the next one is asked for. @throws LogError, AvroError
 */
export async function* trainings(
  place: Workplace,
  { shop, decided }: FollowedShop,
  tell: (told: TrainingTold) => void,
  signal: AbortSignal,
): AsyncGenerator<TrainingStep, void, undefined> {
  const { endOf, examples: topic, outcomes } = await calendarOf(place, { shop, signal });
  // Nobody is to wait for what is learnt from nothing.
  if (topic === undefined || outcomes === undefined)
    return yield { kind: 'decided', until: undefined, models: [], event: undefined };
  const examples = await ExamplesIndex.open(place, topic);
  const live = await LiveOutcomes.open(place, outcomes);
  let due = decided > BEGINNING ? trainingDayAfter(decided - 1, endOf) : undefined;
  // It waits for what is scored until then, and nobody scores past the last tick.
  if (due !== undefined && endOf(due) > decided)
    yield { kind: 'decided', until: endOf(due), models: [], event: undefined };
  yield { kind: 'followed', topic, next: examples.next };
  for await (const batch of place.log.read({ topic, from: 'start', signal })) {
    await examples.take(batch);
    const { watermark, first, next } = examples;
    if (due === undefined && watermark > BEGINNING) {
      due = trainingDayAfter(first === undefined ? watermark : endOf(first) - 1, endOf);
      yield { kind: 'decided', until: endOf(due), models: [], event: undefined };
    }
    while (due !== undefined && endOf(due) <= watermark) {
      const started = performance.now();
      const took = () => performance.now() - started;
      const { passed, day } = nothingToLearn(examples, due, endOf);
      due = day;
      if (passed !== undefined) {
        const event = { ...passed, took: took() };
        yield { kind: 'decided', until: endOf(due), models: [], event };
        continue;
      }
      const date = dateText(day);
      tell({ event: { kind: 'training-started', date } });
      const onWaiting = (awaited: OutcomesAwaited): void =>
        tell({ event: { kind: 'training-waits', date, ...awaited, waited: took() } });
      const trained = await scheduledTraining({
        ...{ place, shop, day, at: endOf(day), examples, signal },
        verdicts: (inForce) => scheduledVerdicts(live, inForce, { day, endOf, signal, onWaiting }),
        onProgress: sparingly((doing, share) => tell({ training: { date, doing, share } })),
      });
      tell({ training: undefined });
      due = trainingDayAfter(endOf(day), endOf);
      yield { kind: 'decided', until: endOf(due), models: trained.models, event: { ...trained.event, took: took() } };
    }
    yield { kind: 'followed', topic, next };
  }
}

interface PassedOver {
  /** What to tell of the quarters passed over; undefined: there are none. */
  readonly passed: Omit<TrainingEnded, 'took'> | undefined;
  /** The first at whose end there may be something to learn, or that the examples have not reached. */
  readonly day: number;
}

function nothingToLearn(examples: ExamplesIndex, due: number, endOf: (day: number) => number): PassedOver {
  let day = due;
  let last: { readonly day: number; readonly why: HistoryError } | undefined;
  let quarters = 0;
  while (endOf(day) <= examples.watermark) {
    const why = whyNot(examples, day);
    if (why === undefined) break;
    last = { day, why };
    quarters++;
    day = trainingDayAfter(endOf(day), endOf);
  }
  if (last === undefined) return { passed: undefined, day };
  const before = quarters === 1 ? [] : [`nor could any be in the ${quarters - 1} quarters before`];
  const { code, message } = last.why;
  const passed = { kind: 'training-failed', date: dateText(last.day), code, reasons: [message, ...before] } as const;
  return { passed, day };
}

type OnProgress = (doing: TrainingStatus['doing'], share: number) => void;

function sparingly(say: OnProgress): OnProgress {
  let said = Number.NEGATIVE_INFINITY;
  return (doing, share) => {
    if (performance.now() - said < SAY_EVERY) return;
    said = performance.now();
    say(doing, share);
  };
}
