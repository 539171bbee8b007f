import { setTimeout as sleep } from 'node:timers/promises';
import { trainingDayAfter } from '../../churn/training-schedule.ts';
import { BEGINNING } from '../../engine/tick.ts';
import { type Appends, type Log, LogError, type Owned } from '../../log/log.ts';
import type { OnPipelineEvent } from '../../operations/events.ts';
import type { Workplace } from '../workplace.ts';
import { followExamples } from './follow-examples.ts';
import { type ModelsWriter, madeModels, openModelsWriter, readModels } from './models-topic.ts';
import { calendarOf } from './open-examples.ts';
import { type Scheduled, scheduledTraining } from './scheduled-training.ts';

export interface TrainerOptions {
  readonly place: Workplace;
  readonly shop: string;
  readonly signal: AbortSignal;
  /** Resolves when the topologies run, and the topics are there that they write. */
  readonly started: Promise<unknown>;
  /** Off: nobody trains, and nobody is to be waited for. */
  readonly on: boolean;
  readonly onEvent?: OnPipelineEvent | undefined;
}

export interface Trainer {
  /** Resolves when all who read models know whether they have to wait for trainings: topologies start after that. */
  readonly opened: Promise<void>;
  /** Resolves when it has stopped after its last commit. */
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
const RETRY_PAUSE = 1_000;
const LOOK_EVERY = 100;
/** After this it must be another process that trains. */
const OTHERS_TRAIN = 12_000;

/**
 * Trains a shop's models when a quarter of event time ends, as far as examples are there. What was decided is a tick in the
 * topic of models, at the moment of the next training: all models that hold from before it are there. It is committed with the
 * models and their results by the one process that owns the group, so every training happens once, whoever is killed.
 */
export function startTrainer(options: TrainerOptions): Trainer {
  const { signal } = options;
  const opened = Promise.withResolvers<void>();
  // Topologies make what is missing of their topics, and would make more partitions of this one.
  const made = madeModels(options.place.log, options.shop);
  const followed: Followed = { topic: undefined, next: [] };
  const done = made.then(({ name }) => train(options, name, followed, opened.resolve));
  const look = async (): Promise<void> => {
    await made;
    while (!signal.aborted) {
      // Another process may be the trainer: its ticks tell.
      if ((await readModels(options.place, options.shop)).isOpen === options.on) return;
      await sleep(LOOK_EVERY, undefined, { signal }).catch(() => {});
    }
  };
  Promise.race([look(), done]).then(opened.resolve, opened.reject);
  // Whoever started it looks at them later.
  for (const promise of [opened.promise, done]) promise.catch(() => {});
  const since = performance.now();
  const caughtUp = async (until: AbortSignal): Promise<void> => {
    while (options.on && !until.aborted) {
      if (followed.topic === undefined && performance.now() - since > OTHERS_TRAIN) return;
      if (await isAtEnd(options.place.log, followed)) return;
      await sleep(LOOK_EVERY, undefined, { signal: until }).catch(() => {});
    }
  };
  return { opened: opened.promise, done, caughtUp };
}

async function isAtEnd(log: Log, { topic, next }: Followed): Promise<boolean> {
  const info = (await log.topics()).find(({ name }) => name === topic);
  return info?.offsets.every(({ end }, partition) => (next[partition] ?? 0) >= end) ?? false;
}

async function train(options: TrainerOptions, name: string, followed: Followed, onOpened: () => void): Promise<void> {
  const { place, shop, signal } = options;
  while (!signal.aborted) {
    // The log's signal is our own: the partition must not go before the commit in hand is finished.
    const leave = new AbortController();
    let working = false;
    const stop = () => {
      if (!working) leave.abort();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      for await (const owned of place.log.join({ group: `${shop}.trainer`, topics: [name], signal: leave.signal })) {
        if (owned.partition !== 0) continue;
        working = true;
        await work(options, owned, followed, onOpened);
        return;
      }
    } catch (error) {
      if (!(error instanceof LogError) || error.remedy === 'stop') throw error;
      await sleep(RETRY_PAUSE, undefined, { signal }).catch(() => {});
    } finally {
      signal.removeEventListener('abort', stop);
      leave.abort();
    }
  }
}

/** Everything that an owner does, until `signal` aborts. */
async function work(
  { place, shop, signal, started, on, onEvent }: TrainerOptions,
  owned: Owned,
  followed: Followed,
  onOpened: () => void,
): Promise<void> {
  const writer = await openModelsWriter(place, shop);
  const commit = (appends: Appends) => owned.commit({ appends, positions: {} });
  const { decided = BEGINNING, isOpen } = await readModels(place, shop);
  if (!on) {
    if (isOpen) await commit(writer.tick(decided, true));
    return onOpened();
  }
  if (!isOpen) await commit(writer.tick(decided));
  onOpened();
  await started;
  const until = AbortSignal.any([signal, owned.signal]);
  const { endOf, examples } = await calendarOf(place, { shop, signal: until });
  if (examples === undefined) return;
  let due = decided > BEGINNING ? trainingDayAfter(decided - 1, endOf) : undefined;
  followed.topic = examples;
  followed.next.length = 0;
  for await (const { watermark, first, partition, next } of followExamples(place, examples, until)) {
    if (due === undefined && watermark > BEGINNING) {
      due = trainingDayAfter(first === undefined ? watermark : endOf(first) - 1, endOf);
      await commit(writer.tick(endOf(due)));
    }
    while (due !== undefined && endOf(due) <= watermark && !until.aborted) {
      const following: number = trainingDayAfter(endOf(due), endOf);
      const scheduled: Scheduled = { place, shop, day: due, at: endOf(due), signal: until };
      await trainOnce(scheduled, writer, endOf(following), commit, onEvent);
      due = following;
    }
    followed.next[partition] = next;
  }
  followed.topic = undefined;
  if (owned.signal.aborted && !signal.aborted)
    throw new LogError('REBALANCED', `another process trains the models of ${shop}`);
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
