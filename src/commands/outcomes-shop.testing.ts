import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ChurnOutcome } from '../../schemas/generated.ts';
import { topics } from '../../schemas/topics.ts';
import { openSerde } from '../avro/serde.ts';
import { tickCodec } from '../engine/tick.ts';
import { configOf } from './command.ts';
import { metricsSpec } from './evaluate/evaluator.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

export const shop = 'demo';
/** Of outcomes. */
export const topic = 'demo.churn-outcomes';

export interface OutcomesShop {
  readonly place: Workplace;
  /** As a task of churn-outcomes would that has come to `tick`. */
  write(partition: number, outcomes: readonly ChurnOutcome[], tick: number): Promise<void>;
}

/** For one test: a log with two partitions of outcomes. */
export async function openOutcomesShop(): Promise<OutcomesShop> {
  const data = await mkdtemp(join(tmpdir(), 'ebb-outcomes-'));
  const place = await openWorkplace(configOf({ data }));
  onTestFinished(async () => {
    await place[Symbol.asyncDispose]();
    await rm(data, { recursive: true });
  });
  await place.log.create([{ name: topic, partitions: 2, cleanup: 'delete' }, metricsSpec(shop)]);
  const serde = await openSerde<ChurnOutcome>(place.registry, `${topic}-value`, topics.churnOutcomes.schema);
  const ticks = await tickCodec(place.registry, topic);
  return {
    place,
    async write(partition, outcomes, time) {
      const records = outcomes.map((one) => ({ key: Buffer.from(one.customerId), value: serde.encode(one) }));
      const tick = ticks.record({ writer: 'churn-outcomes.v1', from: partition, of: 2, time, closed: false });
      // A task may write into any partition, so it ticks all of them.
      await place.log.append([
        { topic, partition, records: [...records, tick] },
        { topic, partition: 1 - partition, records: [tick] },
      ]);
    },
  };
}
