import { type Event, eventSchema } from '../../schemas/generated.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde } from '../avro/serde.ts';
import { addToHistories, type Histories } from '../churn/examples.ts';
import { dayOf, isOccasion } from '../churn/history.ts';
import { behindOf, isTick, tickCodec } from '../engine/tick.ts';
import { InputWatermark } from '../engine/watermark.ts';
import type { Log } from '../log/log.ts';

export interface ReadHistoriesOptions {
  /** Name on the log of the topic of events. */
  readonly topic: string;
  /** When a local day has ended, UTC epoch ms (`dayEnds` of the shop's zones). */
  endOf(day: number): number;
  readonly signal?: AbortSignal;
}

export interface ReadHistories {
  readonly histories: Histories;
  /** How far events are complete, UTC epoch ms; -Infinity where a partition has none. */
  readonly watermark: number;
  /** Of the next record after those that were read, by partition. */
  readonly offsets: readonly number[];
}

/**
 * Every customer's history as topology churn-features has it at the end of the log: without purchases that came when
 * their day had ended. @throws the signal's reason, LogError, AvroError
 */
export async function readHistories(
  log: Log,
  registry: Registry,
  { topic, endOf, signal = new AbortController().signal }: ReadHistoriesOptions,
): Promise<ReadHistories> {
  const serde = await openSerde<Event>(registry, `${topic}-value`, eventSchema);
  const ticks = await tickCodec(registry, topic);
  const partitions = (await log.topics()).find(({ name }) => name === topic)?.offsets.length ?? 0;
  const watermarks = Array.from({ length: partitions }, () => new InputWatermark(topic, undefined));
  const offsets = watermarks.map(() => 0);
  const histories: Histories = new Map();
  for await (const { partition, records, next } of log.read({ topic, from: 'start', to: 'end', signal })) {
    const watermark = watermarks[partition];
    if (watermark === undefined) continue;
    offsets[partition] = next;
    const values = records.filter((record) => !isTick(record)).map(({ value }) => value);
    const told = records.filter(isTick).map(({ value }) => value);
    await Promise.all([serde.prepare(values), ticks.prepare(told)]);
    for (const record of records) {
      const { value } = record;
      if (value === null) continue;
      if (isTick(record)) {
        watermark.tick(ticks.decode(value));
        continue;
      }
      const event = serde.decode(value);
      if (isOccasion(event) && endOf(dayOf(event.localDate)) > Math.max(watermark.value, behindOf(record)))
        addToHistories(histories, event);
    }
  }
  // The log stops reading quietly: a part is nobody's history.
  signal.throwIfAborted();
  return { histories, watermark: Math.min(Number.POSITIVE_INFINITY, ...watermarks.map(({ value }) => value)), offsets };
}
