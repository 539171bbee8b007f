import { topics } from '../../schemas/topics.ts';
import type { Registry } from '../avro/registry.ts';
import { addToHistories, type Histories } from '../churn/examples.ts';
import { dayOf, isOccasion } from '../churn/history.ts';
import { behindOf } from '../engine/tick.ts';
import type { Log } from '../log/log.ts';
import { TickedReader } from './ticked-reader.ts';

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
  const reader = await TickedReader.open({ log, registry }, topic, topics.events);
  const histories: Histories = new Map();
  for await (const batch of log.read({ topic, from: 'start', to: 'end', signal }))
    await reader.take(batch, (event, record, watermark) => {
      if (isOccasion(event) && endOf(dayOf(event.localDate)) > Math.max(watermark, behindOf(record)))
        addToHistories(histories, event);
    });
  // The log stops reading quietly: a part is nobody's history.
  signal.throwIfAborted();
  return { histories, watermark: reader.watermark, offsets: reader.next };
}
