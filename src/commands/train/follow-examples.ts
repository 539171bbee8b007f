import { type ChurnExample, churnExampleSchema } from '../../../schemas/generated.ts';
import { openSerde } from '../../avro/serde.ts';
import { dayOf } from '../../churn/history.ts';
import { isTick, tickCodec } from '../../engine/tick.ts';
import { InputWatermark } from '../../engine/watermark.ts';
import type { Workplace } from '../workplace.ts';

/** How far examples have come. */
export interface ExamplesReached {
  /** UTC epoch ms. */
  readonly watermark: number;
  /** Local day of the first example so far. */
  readonly first: number | undefined;
  /** Of the partition that was read: offset of the next record. */
  readonly partition: number;
  readonly next: number;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Until the end of the log as it is now; else it waits for more. */
  readonly to?: 'end';
}

/** Follows a topic of examples from its start, batch by batch, until `signal` aborts. @throws LogError, AvroError */
export async function* followExamples(
  { log, registry }: Pick<Workplace, 'log' | 'registry'>,
  topic: string,
  options: FollowOptions,
): AsyncGenerator<ExamplesReached> {
  const partitions = (await log.topics()).find(({ name }) => name === topic)?.partitions ?? 0;
  const ticks = await tickCodec(registry, topic);
  const serde = await openSerde<ChurnExample>(registry, `${topic}-value`, churnExampleSchema);
  const watermarks = Array.from({ length: partitions }, () => new InputWatermark(topic, undefined));
  const seen = new Set<number>();
  let first: number | undefined;
  for await (const { partition, records, next } of log.read({ ...options, topic, from: 'start' })) {
    for (const record of records) {
      const { value } = record;
      if (value === null) continue;
      if (!isTick(record)) {
        // Examples are written in order of their days.
        if (seen.has(partition)) continue;
        seen.add(partition);
        await serde.prepare([value]);
        first = Math.min(first ?? Number.POSITIVE_INFINITY, dayOf(serde.decode(value).asOf));
        continue;
      }
      await ticks.prepare([value]);
      watermarks[partition]?.tick(ticks.decode(value));
    }
    yield { watermark: Math.min(...watermarks.map(({ value }) => value)), first, partition, next };
  }
}
