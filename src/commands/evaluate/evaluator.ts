import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelMetric } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { openSerde, type Serde } from '../../avro/serde.ts';
import { physicalName } from '../../engine/topic.ts';
import type { Log, Owned, TopicSpec } from '../../log/log.ts';
import { OTHERS_OWN_IT } from '../caught-up.ts';
import { lastValues } from '../read-values.ts';
import { asSoleOwner } from '../sole-owner.ts';
import type { Workplace } from '../workplace.ts';
import { evaluateInThread } from './in-thread.ts';
import { type CompleteMonth, OutcomesReader } from './outcomes.ts';

export interface EvaluatorOptions {
  readonly place: Workplace;
  readonly shop: string;
  /** Name on the log of the topic of outcomes, which is there. */
  readonly outcomes: string;
  readonly signal: AbortSignal;
}

export interface Evaluator {
  /** Resolves when it has stopped after its last commit; rejects with what stopped it. */
  readonly done: Promise<void>;
  /** Resolves when all that is on the log now has been evaluated, here or by whoever else does it. */
  caughtUp(signal: AbortSignal): Promise<void>;
}

/** Of the bootstrap of each interval. */
const SAMPLES = 200;
/** ms. */
const LOOK_EVERY = 50;

export function metricsSpec(shop: string): TopicSpec {
  return { name: physicalName(shop, topics.modelMetrics.name), partitions: 1, cleanup: topics.modelMetrics.cleanup };
}

/**
 * Holds what models predicted at the ends of months against what came, as soon as all of a month's outcomes are there. AUC is of all
 * customers, so one process of all does it, for all partitions. What it has done is what it wrote: who takes over reads that, and
 * goes on with the months that are missing; a month comes out the same whoever computes it.
 */
export function startEvaluator(options: EvaluatorOptions): Evaluator {
  const { place, shop, outcomes, signal } = options;
  const since = performance.now();
  let mine: { readonly reader: OutcomesReader; idle: boolean } | undefined;
  const { name: topic } = metricsSpec(shop);
  const done = asSoleOwner({ log: place.log, group: `${shop}.evaluator`, topic, signal }, async (owned, until) => {
    const reader = await OutcomesReader.open(place, outcomes);
    const state = { reader, idle: true };
    mine = state;
    try {
      const months = await openMonths(options, owned, reader, until);
      // What was there before has mostly been evaluated: who looks too early would do some of it again with a part of the outcomes.
      const before = await endsOf(place.log, outcomes);
      for await (const batch of place.log.read({ topic: outcomes, from: 'start', signal: until })) {
        state.idle = false;
        await reader.note(batch);
        if (reader.hasRead(before)) await months.evaluateDue();
        state.idle = true;
      }
    } finally {
      // However it ended, it is another's turn.
      mine = undefined;
    }
  });
  return {
    done,
    async caughtUp(until) {
      const ends = await endsOf(place.log, outcomes);
      while (!until.aborted && !signal.aborted) {
        if (mine === undefined ? performance.now() - since > OTHERS_OWN_IT : mine.idle && mine.reader.hasRead(ends))
          return;
        await sleep(LOOK_EVERY, undefined, { signal: until }).catch(() => {});
      }
    },
  };
}

async function endsOf(log: Log, topic: string): Promise<readonly number[]> {
  return (await log.topics()).find(({ name }) => name === topic)?.offsets.map(({ end }) => end) ?? [];
}

/** Evaluates the months of a reader, and knows which are done: of these customers, so many of whom left. */
async function openMonths(
  { place, shop }: EvaluatorOptions,
  owned: Owned,
  reader: OutcomesReader,
  signal: AbortSignal,
): Promise<{ evaluateDue(): Promise<void> }> {
  const { name: topic } = metricsSpec(shop);
  const serde: Serde<ModelMetric> = await openSerde(place.registry, `${topic}-value`, topics.modelMetrics.schema);
  const known = new Map<string, ModelMetric>();
  const note = (metric: ModelMetric) => known.set(`${metric.version}/${metric.month}`, metric);
  for (const metric of (await lastValues(place, shop, topics.modelMetrics)).values()) note(metric);
  const isDone = ({ month, counts }: CompleteMonth): boolean =>
    [...counts].every(([version, { rows, churned }]) => {
      const metric = known.get(`${version}/${month}`);
      return metric?.testedRows === rows && metric.churned === churned / rows;
    });
  return {
    async evaluateDue() {
      for (const month of reader.complete()) {
        if (isDone(month)) continue;
        const work = { month: await reader.gather(month, signal), samples: SAMPLES };
        const metrics = await evaluateInThread(work, signal);
        const records = metrics.map((metric) => ({
          key: Buffer.from(topics.modelMetrics.key(metric) ?? ''),
          value: serde.encode(metric),
        }));
        await owned.commit({ appends: [{ topic, partition: 0, records }], positions: {} });
        for (const metric of metrics) note(metric);
      }
    },
  };
}
