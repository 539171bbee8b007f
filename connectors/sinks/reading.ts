/** Reading a partition for a sink: ranges are whole or not at all, and a log that does not answer is asked again. */
import { isTick } from '../../src/engine/tick.ts';
import type { Batch, Log, LogRecord, Owned } from '../../src/log/log.ts';
import type { Range } from './gather.ts';
import { SinkError, type TopicPartition } from './sink.ts';

/**
 * The range `first`..`last` of a topic's partition, without ticks; `undefined` when `signal` aborts before it is whole.
 * On a compacted topic some of it may be gone by now; later ranges have what replaced it.
 * @param at names the topic as the log does
 * @throws SinkError REFUSED when the log ends before the range does; LogError
 */
export async function readRange(
  log: Log,
  at: TopicPartition,
  first: number,
  last: number,
  signal: AbortSignal,
): Promise<Range | undefined> {
  const records: LogRecord[] = [];
  let next = first;
  for await (const batch of log.read({ ...at, from: { offset: first }, to: 'end', signal })) {
    records.push(...batch.records.filter((record) => record.offset <= last && !isTick(record)));
    next = batch.next;
    if (next > last) {
      break;
    }
  }
  if (next <= last && signal.aborted) {
    return undefined;
  }
  // Compaction may leave no batch behind that reaches the end of the range: then the log's end has to.
  if (next <= last && (await endOf(log, at)) <= last) {
    const range = `offsets ${first} to ${last} of topic ${at.topic}, partition ${at.partition}`;
    const why = 'Nothing was put or committed: was the topic deleted without the sink’s boundaries?';
    throw new SinkError('REFUSED', `The last range, ${range}, is to be put again, but the log ends before it. ${why}`);
  }
  return { first, next: last + 1, records, end: last + 1 };
}

async function endOf(log: Log, { topic, partition }: TopicPartition): Promise<number> {
  const info = (await log.topics()).find(({ name }) => name === topic);
  return info?.offsets[partition]?.end ?? 0;
}

/** Does work again while the log does not answer. */
type Patiently = <T>(work: () => Promise<T>) => Promise<T>;

/** The batches of an owned partition; goes on behind the last one when reading had to begin again. */
export async function* steadyBatches(
  owned: Owned,
  topic: string,
  from: number | undefined,
  patiently: Patiently,
): AsyncGenerator<Batch, void, undefined> {
  let next = from;
  const opened = () => owned.batches(next === undefined ? {} : { [topic]: next })[Symbol.asyncIterator]();
  let batches: AsyncIterator<Batch> | undefined;
  // An iterator that has failed is done: only a new one reads on.
  const pull = async () => {
    batches ??= opened();
    try {
      return await batches.next();
    } catch (error) {
      batches = undefined;
      throw error;
    }
  };
  try {
    for (let pulled = await patiently(pull); pulled.done !== true; pulled = await patiently(pull)) {
      next = pulled.value.next;
      yield pulled.value;
    }
  } finally {
    await batches?.return?.();
  }
}
