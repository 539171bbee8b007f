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

async function find<T>({ log, registry }: Workplace, shop: string, topic: Topic<T>): Promise<Found<T> | undefined> {
  const { topics } = await readVersions(log, registry, shop);
  const name = physicalName(shop, topic.name, topics.get(topic.name));
  const known = (await log.topics()).find((one) => one.name === name);
  if (known === undefined) return undefined;
  return { name, partitions: known.offsets.length, serde: await openSerde(registry, `${name}-value`, topic.schema) };
}

/** All values of a key that are on the log, the oldest first; none where there is no such topic. @throws LogError, AvroError */
export async function valuesOfKey<T>(
  place: Workplace,
  shop: string,
  topic: Topic<T>,
  key: string,
): Promise<readonly T[]> {
  const found = await find(place, shop, topic);
  if (found === undefined) return [];
  const { name, serde } = found;
  const bytes = Buffer.from(key);
  const values: T[] = [];
  const partition = partitionOf(key, found.partitions);
  for await (const { records } of place.log.read({ topic: name, partition, from: 'start', to: 'end' })) {
    const own = records.filter((record) => record.key?.equals(bytes) === true && !isTick(record));
    const written = own.map(({ value }) => value).filter((value) => value !== null);
    await serde.prepare(written);
    for (const value of written) values.push(serde.decode(value));
  }
  return values;
}

/** All values that are on the log now, as they come; none where there is no such topic. @throws LogError, AvroError */
export async function* everyValue<T>(
  place: Workplace,
  shop: string,
  topic: Topic<T>,
): AsyncGenerator<T, void, undefined> {
  const found = await find(place, shop, topic);
  if (found === undefined) return;
  const { name, serde } = found;
  for await (const { records } of place.log.read({ topic: name, from: 'start', to: 'end' })) {
    const written = records.filter((record) => !isTick(record)).map(({ value }) => value);
    await serde.prepare(written);
    for (const value of written) if (value !== null) yield serde.decode(value);
  }
}

/** The last value of each key that is on the log; none where there is no such topic. @throws LogError, AvroError */
export async function lastValues<T>(place: Workplace, shop: string, topic: Topic<T>): Promise<ReadonlyMap<string, T>> {
  const found = await find(place, shop, topic);
  const last = new Map<string, T>();
  if (found === undefined) return last;
  const { name, serde } = found;
  for await (const { records } of place.log.read({ topic: name, from: 'start', to: 'end' })) {
    await serde.prepare(records.map(({ value }) => value));
    for (const record of records) {
      const key = String(record.key);
      if (record.value === null) last.delete(key);
      else if (!isTick(record)) last.set(key, serde.decode(record.value));
    }
  }
  return last;
}
