import { openSerde, type Serde } from '../avro/serde.ts';
import { isTick } from '../engine/tick.ts';
import { physicalName, type Topic } from '../engine/topic.ts';
import { partitionOf } from '../log/partition.ts';
import { readVersions } from './versions.ts';
import type { Workplace } from './workplace.ts';

/** A topic of a shop, in the version that everybody reads, as it is on the log now. */
interface Found<T> {
  readonly name: string;
  readonly partitions: number;
  readonly serde: Serde<T>;
}

type OnLog = Pick<Workplace, 'log' | 'registry'>;

async function find<T>({ log, registry }: OnLog, shop: string, topic: Topic<T>): Promise<Found<T> | undefined> {
  const { topics } = await readVersions(log, registry, shop);
  const name = physicalName(shop, topic.name, topics.get(topic.name));
  const known = (await log.topics()).find((one) => one.name === name);
  if (known === undefined) return undefined;
  return { name, partitions: known.offsets.length, serde: await openSerde(registry, `${name}-value`, topic.schema) };
}

interface Entry<T> {
  readonly key: string;
  /** null: deleted. */
  readonly value: T | null;
}

/** What is on the log now, without ticks. @param only the others are passed over undecoded */
async function* entriesOf<T>(
  place: OnLog,
  shop: string,
  topic: Topic<T>,
  only?: string,
): AsyncGenerator<Entry<T>, void, undefined> {
  const found = await find(place, shop, topic);
  if (found === undefined) return;
  const { name, partitions, serde } = found;
  const wanted = only === undefined ? undefined : Buffer.from(only);
  const all = { topic: name, from: 'start', to: 'end' } as const;
  const where = only === undefined ? all : { ...all, partition: partitionOf(only, partitions) };
  for await (const { records } of place.log.read(where)) {
    const own = records.filter(
      (record) => !isTick(record) && (wanted === undefined || record.key?.equals(wanted) === true),
    );
    await serde.prepare(own.map(({ value }) => value));
    for (const { key, value } of own) yield { key: String(key), value: value === null ? null : serde.decode(value) };
  }
}

/** All values of a key that are on the log, the oldest first; none where there is no such topic. @throws LogError, AvroError */
export async function valuesOfKey<T>(place: OnLog, shop: string, topic: Topic<T>, key: string): Promise<readonly T[]> {
  const values: T[] = [];
  for await (const { value } of entriesOf(place, shop, topic, key)) if (value !== null) values.push(value);
  return values;
}

/** All values that are on the log now, as they come; none where there is no such topic. @throws LogError, AvroError */
export async function* everyValue<T>(place: OnLog, shop: string, topic: Topic<T>): AsyncGenerator<T, void, undefined> {
  for await (const { value } of entriesOf(place, shop, topic)) if (value !== null) yield value;
}

/** The last value of each key that is on the log; none where there is no such topic. @throws LogError, AvroError */
export async function lastValues<T>(place: OnLog, shop: string, topic: Topic<T>): Promise<ReadonlyMap<string, T>> {
  const last = new Map<string, T>();
  for await (const { key, value } of entriesOf(place, shop, topic)) {
    if (value === null) last.delete(key);
    else last.set(key, value);
  }
  return last;
}
