import { topics } from '../../../schemas/topics.ts';
import { openSerde } from '../../avro/serde.ts';
import type { Config } from '../../config.ts';
import { isTick } from '../../engine/tick.ts';
import { physicalName } from '../../engine/topic.ts';
import type { Log, Owned, TopicSpec } from '../../log/log.ts';
import { Followed } from '../followed.ts';
import { asSoleOwner } from '../sole-owner.ts';
import { stepsInThread } from '../steps-in-thread.ts';
import type { Workplace } from '../workplace.ts';
import type { EvaluatedShop, EvaluationStep } from './evaluations.ts';

export interface EvaluatorOptions extends EvaluatedShop {
  readonly place: Workplace;
  readonly signal: AbortSignal;
}

export interface Evaluator {
  /** Resolves when it has stopped after its last commit; rejects with what stopped it. */
  readonly done: Promise<void>;
  /** Resolves when all that is on the log now has been evaluated, here or by whoever else does it. */
  caughtUp(signal: AbortSignal): Promise<void>;
}

/** What its thread is given. */
export interface EvaluatorWork extends EvaluatedShop {
  readonly config: Config;
}

export function metricsSpec(shop: string): TopicSpec {
  return { name: physicalName(shop, topics.modelMetrics.name), partitions: 1, cleanup: topics.modelMetrics.cleanup };
}

/**
 * Holds what models predicted at the ends of months against what came, as soon as all of a month's outcomes are there. AUC is of all
 * customers, so one process of all does it, for all partitions. What it has done is what it wrote: who takes over reads that, and
 * goes on with the months that are missing; a month comes out the same whoever computes it. Outcomes are read, and months
 * evaluated, in a thread of their own, which is started when there is an outcome.
 */
export function startEvaluator(options: EvaluatorOptions): Evaluator {
  const { place, shop, signal } = options;
  const { name: topic } = metricsSpec(shop);
  const followed = new Followed(place.log);
  const done = asSoleOwner({ log: place.log, group: `${shop}.evaluator`, topic, signal }, async (owned, until) => {
    try {
      if (await hasOutcomes(place.log, options.outcomes, followed, until)) await work(options, owned, until, followed);
    } finally {
      // However it ended, it is another's turn.
      followed.left();
    }
  });
  return {
    done,
    caughtUp: (until) => followed.caughtUp(AbortSignal.any([until, signal])),
  };
}

/** Waits for the first outcome. Where no model scores there is none, and nothing to start a thread for. @returns whether one came before `signal` aborted */
async function hasOutcomes(log: Log, topic: string, followed: Followed, signal: AbortSignal): Promise<boolean> {
  const next = (await log.topics()).find(({ name }) => name === topic)?.offsets.map(() => 0) ?? [];
  followed.reached(topic, next);
  for await (const batch of log.read({ topic, from: 'start', signal })) {
    if (batch.records.some((record) => !isTick(record))) return true;
    next[batch.partition] = batch.next;
  }
  return false;
}

async function work(
  { place, shop, outcomes }: EvaluatorOptions,
  owned: Owned,
  until: AbortSignal,
  followed: Followed,
): Promise<void> {
  const { name: topic } = metricsSpec(shop);
  const serde = await openSerde(place.registry, `${topic}-value`, topics.modelMetrics.schema);
  const script = new URL('./evaluations-thread.ts', import.meta.url);
  const given: EvaluatorWork = { config: place.config, shop, outcomes };
  for await (const step of stepsInThread<EvaluationStep>(script, given, { signal: until })) {
    if (step.kind === 'followed') {
      followed.reached(step.topic, step.next);
      continue;
    }
    const records = step.metrics.map((metric) => ({
      key: Buffer.from(topics.modelMetrics.key(metric) ?? ''),
      value: serde.encode(metric),
    }));
    await owned.commit({ appends: [{ topic, partition: 0, records }], positions: {} });
  }
}
