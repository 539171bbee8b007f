import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config.ts';
import { BEGINNING } from '../../engine/tick.ts';
import type { Appends, Owned } from '../../log/log.ts';
import type { OnPipelineEvent } from '../../operations/events.ts';
import type { TrainingStatus } from '../../operations/status.ts';
import { Followed } from '../followed.ts';
import { asSoleOwner } from '../sole-owner.ts';
import { stepsInThread } from '../steps-in-thread.ts';
import type { Workplace } from '../workplace.ts';
import { madeModels, openModelsWriter, readTrainer, trainerGroup } from './models-topic.ts';
import type { FollowedShop, TrainingStep, TrainingTold } from './trainings.ts';

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
  /** How far the training is that goes on here; undefined while none does. */
  status(): TrainingStatus | undefined;
  /** Resolves when all trainings that are due have been done, here or by another process. Meaningful once the sources have ended. */
  caughtUp(signal: AbortSignal): Promise<void>;
}

/** What its thread is given. */
export interface TrainerWork extends FollowedShop {
  readonly config: Config;
}

/** ms. */
const LOOK_EVERY = 100;

/**
 * Trains a shop's models when a quarter of event time ends, as far as examples are there. What was decided is a tick in the
 * topic of models, at the moment of the next training: all models that hold from before it are there. It is committed with the
 * models by the one process that owns the group, so every training happens once, whoever is killed. Examples are read, and models
 * trained, in a thread of their own.
 */
export function startTrainer(options: TrainerOptions): Trainer {
  const { place, shop, signal, on } = options;
  const opened = Promise.withResolvers<void>();
  const progress: Progress = { followed: new Followed(place.log), training: undefined };
  // Topologies make what is missing of their topics, and would make more partitions of this one.
  const made = madeModels(place.log, shop);
  const done = made.then(({ name: topic }) =>
    asSoleOwner({ log: place.log, group: trainerGroup(shop), topic, signal }, (owned, until) =>
      work(options, owned, until, progress, opened.resolve),
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
  return {
    opened: opened.promise,
    done,
    status: () => progress.training,
    caughtUp: async (until) => (on ? progress.followed.caughtUp(until) : undefined),
  };
}

/** What is known of the work while it is done here. */
interface Progress {
  readonly followed: Followed;
  training: TrainingStatus | undefined;
}

/** Everything that an owner does, until `until` aborts. */
async function work(
  { place, shop, started, on, onEvent }: TrainerOptions,
  owned: Owned,
  until: AbortSignal,
  progress: Progress,
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
  const script = new URL('./trainings-thread.ts', import.meta.url);
  const given: TrainerWork = { config: place.config, shop, decided };
  const onTold = (told: TrainingTold): void => {
    if ('event' in told) onEvent?.(told.event);
    else progress.training = told.training;
  };
  try {
    for await (const step of stepsInThread<TrainingStep, TrainingTold>(script, given, { signal: until, onTold })) {
      if (step.kind === 'followed') {
        progress.followed.reached(step.topic, step.next);
        continue;
      }
      const tick = step.until === undefined ? writer.tick(decided, true) : writer.tick(step.until);
      await commit([...writer.models(step.models), ...tick]);
      if (step.event !== undefined) onEvent?.(step.event);
    }
  } finally {
    // However it ended, it is another's turn.
    progress.followed.left();
    progress.training = undefined;
  }
}
