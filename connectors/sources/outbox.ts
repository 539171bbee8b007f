import type { Registry } from '../../src/avro/registry.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { behindHeader, tickCodec } from '../../src/engine/tick.ts';
import type { Topic } from '../../src/engine/topic.ts';
import type { Appends, NewRecord } from '../../src/log/log.ts';
import { partitionOf } from '../../src/log/partition.ts';

/** Records and ticks of one writer, in the order in which they will stand in each partition, waiting for a commit. */
export interface Outbox<T> {
  /** Records and ticks waiting. */
  readonly size: number;
  /** Bytes of keys and values waiting, ticks left out. */
  readonly bytes: number;
  /** Puts a record into its key's partition. `behind`: the writer's watermark, for a record older than it. @throws AvroError INVALID_VALUE */
  put(value: T, behind?: number): void;
  /** Says in every partition that nothing older than `time` follows; `closed`: that nothing follows at all. */
  tick(time: number, closed?: boolean): void;
  /** Everything that waits, as appends; the outbox is empty afterwards. */
  drain(): Appends;
}

/** @param name the topic's name on the log; @param writer the name under which it ticks, as the only part of itself */
export async function openOutbox<T extends object>(
  registry: Registry,
  topic: Topic<T>,
  name: string,
  partitions: number,
  writer: string,
): Promise<Outbox<T>> {
  const serde = await openSerde<T>(registry, `${name}-value`, topic.schema);
  const ticks = await tickCodec(registry, name);
  let waiting: NewRecord[][] = Array.from({ length: partitions }, () => []);
  let size = 0;
  let bytes = 0;

  return {
    get size() {
      return size;
    },
    get bytes() {
      return bytes;
    },
    put(value, behind) {
      const text = topic.key(value);
      const key = text === null ? null : Buffer.from(text);
      const encoded = serde.encode(value);
      const record = { key, value: encoded, headers: behind === undefined ? undefined : behindHeader(behind) };
      waiting[partitionOf(key, partitions)]?.push(record);
      size++;
      bytes += encoded.length + (key?.length ?? 0);
    },
    tick(time, closed = false) {
      const record = ticks.record({ writer, from: 0, of: 1, time, closed });
      for (const records of waiting) records.push(record);
      size += partitions;
    },
    drain() {
      const appends = waiting.map((records, partition) => ({ topic: name, partition, records }));
      waiting = appends.map(() => []);
      size = 0;
      bytes = 0;
      return appends.filter(({ records }) => records.length > 0);
    },
  };
}
