import { setTimeout as sleep } from 'node:timers/promises';
import { dateText } from '../../../datasets/civil.ts';
import { trainingDayAfter } from '../../churn/training-schedule.ts';
import { BEGINNING } from '../../engine/tick.ts';
import type { Appends, Log, Owned } from '../../log/log.ts';
import type { OnPipelineEvent } from '../../operations/events.ts';
import { OTHERS_OWN_IT } from '../caught-up.ts';
import { asSoleOwner } from '../sole-owner.ts';
import type { Workplace } from '../workplace.ts';
import { followExamples } from './follow-examples.ts';
import { LiveOutcomes, type OutcomesAwaited } from './live-outcomes.ts';
import { type ModelsWriter, madeModels, openModelsWriter, readTrainer, trainerGroup } from './models-topic.ts';
import { calendarOf } from './open-examples.ts';
import { type Scheduled, scheduledTraining } from './scheduled-training.ts';
import { scheduledVerdicts } from './scheduled-verdicts.ts';

export interface TrainerOptions {
  readonly place: Workplace;
  readonly shop: string;
  readonly signal: AbortSignal;
  /** Resolves when the topologies run, and the topics are there that they write. */
  readonly started: Promise<unknown>;
  /** Off: this process trains nothing, and when it is its turn says that nobody is to be waited for. */
  readonly on: boolean;
  readonly onEvent?: OnPipelineEvent | undefined;
}

export interface Trainer {
  /** Resolves when all who read models know whether they have to wait for trainings: topologies start after that. */
  readonly opened: Promise<void>;
  /** Resolves when it has stopped after its last commit; rejects with what stopped it. */
  readonly done: Promise<void>;
  /** Resolves when all trainings that are due have been done, here or by another process. Meaningful once the sources have ended. */
  caughtUp(signal: AbortSignal): Promise<void>;
}

/** How far the owner has followed the examples, if that is us. */
interface Followed {
  topic: string | undefined;
  /** By partition: offset of the next record, all trainings done that were due before it. */
  readonly next: number[];
}

/** ms. */
const LOOK_EVERY = 100;

/**
 * Trains a shop's models when a quarter of event time ends, as far as examples are there. What was decided is a tick in the
 * topic of models, at the moment of the next training: all models that hold from before it are there. It is committed with the
 * models and their results by the one process that owns the group, so every training happens once, whoever is killed.
 */
export function startTrainer(options: TrainerOptions): Trainer {
  const { place, shop, signal, on } = options;
  const opened = Promise.withResolvers<void>();
  const followed: Followed = { topic: undefined, next: [] };
  // Topologies make what is missing of their topics, and would make more partitions of this one.
  const made = madeModels(place.log, shop);
  const done = made.then(({ name: topic }) =>
    asSoleOwner({ log: place.log, group: trainerGroup(shop), topic, signal }, (owned, until) =>
      work(options, owned, until, followed, opened.resolve),
    ),
  );
  const look = async (): Promise<void> => {
    await made;
    // Another process may be the trainer: its ticks tell. Where it is not wanted here, topologies wait for it if it lives.
    while (on && !signal.aborted && !(await readTrainer(place, shop)).isOpen)
      await sleep(LOOK_EVERY, undefined, { signal }).catch(() => {});
  };
  Promise.race([look(), done]).then(opened.resolve, opened.reject);
  // Whoever started it looks at them later.
  for (const promise of [opened.promise, done]) promise.catch(() => {});
  const since = performance.now();
  const caughtUp = async (until: AbortSignal): Promise<void> => {
    while (on && !until.aborted) {
      if (followed.topic === undefined && performance.now() - since > OTHERS_OWN_IT) return;
      if (await isAtEnd(place.log, followed)) return;
      await sleep(LOOK_EVERY, undefined, { signal: until }).catch(() => {});
    }
  };
  return { opened: opened.promise, done, caughtUp };
}

async function isAtEnd(log: Log, { topic, next }: Followed): Promise<boolean> {
  const info = (await log.topics()).find(({ name }) => name === topic);
  return info?.offsets.every(({ end }, partition) => (next[partition] ?? 0) >= end) ?? false;
}

/** Everything that an owner does, until `until` aborts. */
async function work(
  { place, shop, started, on, onEvent }: TrainerOptions,
  owned: Owned,
  until: AbortSignal,
  followed: Followed,
  onOpened: () => void,
): Promise<void> {
  const writer = await openModelsWriter(place, shop);
  const commit = (appends: Appends) => owned.commit({ appends, positions: {} });
  const { decided = BEGINNING, isOpen } = await readTrainer(place, shop);
  if (!on) {
    if (isOpen) await commit(writer.tick(decided, true));
    return;
  }
  if (!isOpen) await commit(writer.tick(decided));
  onOpened();
  await started;
  const { endOf, examples, outcomes } = await calendarOf(place, { shop, signal: until });
  // Nobody is to wait for what is learnt from nothing.
  if (examples === undefined || outcomes === undefined) return await commit(writer.tick(decided, true));
  const live = await LiveOutcomes.open(place, outcomes);
  let due = decided > BEGINNING ? trainingDayAfter(decided - 1, endOf) : undefined;
  // It waits for what is scored until then, and nobody scores past the last tick.
  if (due !== undefined && endOf(due) > decided) await commit(writer.tick(endOf(due)));
  followed.next.length = 0;
  followed.topic = examples;
  try {
    for await (const { watermark, first, partition, next } of followExamples(place, examples, { signal: until })) {
      if (due === undefined && watermark > BEGINNING) {
        due = trainingDayAfter(first === undefined ? watermark : endOf(first) - 1, endOf);
        await commit(writer.tick(endOf(due)));
      }
      while (due !== undefined && endOf(due) <= watermark && !until.aborted) {
        const following: number = trainingDayAfter(endOf(due), endOf);
        const scheduled = scheduledAt(due, { place, shop, signal: until, endOf, live, onEvent });
        await trainOnce(scheduled, writer, endOf(following), commit, onEvent);
        due = following;
      }
      followed.next[partition] = next;
    }
  } finally {
    // However it ended, it is another's turn.
    followed.topic = undefined;
  }
}

function scheduledAt(
  day: number,
  {
    endOf,
    live,
    onEvent,
    ...rest
  }: Pick<Scheduled, 'place' | 'shop' | 'signal'> & {
    endOf(day: number): number;
    readonly live: LiveOutcomes;
    readonly onEvent: OnPipelineEvent | undefined;
  },
): Scheduled {
  const started = performance.now();
  const onWaiting = (awaited: OutcomesAwaited): void =>
    onEvent?.({ kind: 'training-waits', date: dateText(day), ...awaited, waited: performance.now() - started });
  return {
    ...rest,
    ...{ day, at: endOf(day) },
    verdicts: (inForce) => scheduledVerdicts(live, inForce, { day, endOf, signal: rest.signal, onWaiting }),
  };
}

async function trainOnce(
  scheduled: Scheduled,
  writer: ModelsWriter,
  next: number,
  commit: (appends: Appends) => Promise<void>,
  onEvent: OnPipelineEvent | undefined,
): Promise<void> {
  const started = performance.now();
  const { appends, event } = await scheduledTraining(scheduled, writer);
  await commit([...appends, ...writer.tick(next)]);
  onEvent?.({ ...event, took: performance.now() - started });
}
