/** Reading of topics for a trace: what is wanted of many records is told by their bytes, and only that is decoded. */
import type { Schema } from 'avsc';
import { type Decode, decoder } from '../avro/codec.ts';
import { AvroError } from '../avro/error.ts';
import { schemaIdOf } from '../avro/frame.ts';
import type { Registry } from '../avro/registry.ts';
import { compile } from '../avro/type.ts';
import { isTick } from '../engine/tick.ts';
import { physicalName, type Topic, type TopicVersions } from '../engine/topic.ts';
import type { Log, LogRecord, TopicInfo } from '../log/log.ts';
import { partitionOf } from '../log/partition.ts';

/** A value, and where on the log it stands. */
export interface Placed<T> {
  /** Name on the log. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly value: T;
}

/** Names a place on the log. */
export function placeOf({ topic, partition, offset }: Omit<Placed<unknown>, 'value'>): string {
  return `${topic}/${partition}/${offset}`;
}

/** A shop's topics as they are on the log now. */
export interface OnLog {
  readonly log: Log;
  readonly registry: Registry;
  readonly shop: string;
  readonly versions: TopicVersions;
  /** By name on the log. */
  readonly there: ReadonlyMap<string, TopicInfo>;
}

export function nameIn({ shop, versions }: OnLog, { name }: Pick<Topic<unknown>, 'name'>): string {
  return physicalName(shop, name, versions.get(name));
}

/**
 * Decodes into `schema` what any version of it wrote, or, without one, into what it was written with; registers nothing.
 * `undefined`: the bytes are none of a known schema. @throws AvroError UNAVAILABLE
 */
export function reader<T>(registry: Registry, schema: Schema | undefined): (bytes: Buffer) => Promise<T | undefined> {
  const decoders = new Map<number, Decode>();
  return async (bytes) => {
    const id = schemaIdOf(bytes);
    if (id === undefined) return undefined;
    try {
      let decode = decoders.get(id);
      if (decode === undefined) {
        const writer = await registry.schemaOf(id);
        decode = decoder(compile(schema ?? writer), writer);
        decoders.set(id, decode);
      }
      return decode(bytes) as T;
    } catch (error) {
      // Whoever should have read it has made it a dead letter.
      if (error instanceof AvroError && error.code !== 'UNAVAILABLE') return undefined;
      throw error;
    }
  };
}

interface Where {
  readonly topic: string;
  /** Where in the value the bytes are to be; omitted: anywhere. */
  readonly at?: number;
}

/** The records of a topic as it is now whose value has these bytes in it. Hot: passes over the others without looking at each. */
export async function* holding(
  { log, there }: OnLog,
  { topic, at: place }: Where,
  wanted: Buffer,
): AsyncGenerator<{ readonly partition: number; readonly record: LogRecord }, void, undefined> {
  if (!there.has(topic)) return;
  let slab: Buffer | undefined;
  let at = -1;
  for await (const batch of log.read({ topic, from: 'start', to: 'end' }))
    for (const record of batch.records) {
      const { packed } = record;
      if (place !== undefined) {
        if (hasAt(record, place, wanted)) yield { partition: batch.partition, record };
        continue;
      }
      if (packed === undefined) {
        if (record.value?.includes(wanted) === true) yield { partition: batch.partition, record };
        continue;
      }
      // Records of a batch share their bytes: those are searched once.
      if (packed.bytes !== slab) {
        slab = packed.bytes;
        at = slab.indexOf(wanted);
      }
      if (at >= 0 && at < packed.valueAt) at = slab.indexOf(wanted, packed.valueAt);
      if (at >= 0 && at + wanted.length <= packed.valueEnd) yield { partition: batch.partition, record };
    }
}

/** Hot, as above. */
function hasAt({ value, packed }: LogRecord, place: number, wanted: Buffer): boolean {
  const [bytes, start, end] =
    packed === undefined ? [value, 0, value?.length ?? 0] : [packed.bytes, packed.valueAt, packed.valueEnd];
  const from = start + place;
  if (bytes === null || start < 0 || from + wanted.length > end) return false;
  for (let index = 0; index < wanted.length; index++) if (bytes[from + index] !== wanted[index]) return false;
  return true;
}

/** Values of a key that satisfy, the oldest first; only the key's partition is read. */
export async function ofKey<T>(
  on: OnLog,
  topic: Topic<T>,
  key: string,
  satisfies: (value: T) => boolean = () => true,
): Promise<readonly Placed<T>[]> {
  const name = nameIn(on, topic);
  const known = on.there.get(name);
  if (known === undefined) return [];
  const partition = partitionOf(key, known.partitions);
  const bytes = Buffer.from(key);
  const decode = reader<T>(on.registry, topic.schema);
  const found: Placed<T>[] = [];
  for await (const { records } of on.log.read({ topic: name, partition, from: 'start', to: 'end' }))
    for (const record of records) {
      if (!isKeyOf(record, bytes) || isTick(record) || record.value === null) continue;
      const value = await decode(record.value);
      if (value !== undefined && satisfies(value)) found.push({ topic: name, partition, offset: record.offset, value });
    }
  return found;
}

/** Hot: once per record of a partition. */
function isKeyOf({ key, packed }: LogRecord, wanted: Buffer): boolean {
  if (packed === undefined) return key?.equals(wanted) === true;
  const { bytes, keyAt, keyEnd } = packed;
  return keyAt >= 0 && keyEnd - keyAt === wanted.length && bytes.compare(wanted, 0, wanted.length, keyAt, keyEnd) === 0;
}

/** Every value of a topic that is small. */
export async function all<T>(on: OnLog, name: string, schema: Schema): Promise<readonly Placed<T>[]> {
  if (!on.there.has(name)) return [];
  const decode = reader<T>(on.registry, schema);
  const found: Placed<T>[] = [];
  for await (const { partition, records } of on.log.read({ topic: name, from: 'start', to: 'end' }))
    for (const record of records) {
      if (record.value === null || isTick(record)) continue;
      const value = await decode(record.value);
      if (value !== undefined) found.push({ topic: name, partition, offset: record.offset, value });
    }
  return found;
}

/** Every value of all topics of a shop that end so, as those of dead letters do. */
export async function allOf<T>(on: OnLog, ending: string, schema: Schema): Promise<readonly Placed<T>[]> {
  const names = [...on.there.keys()].filter((name) => name.startsWith(`${on.shop}.`) && name.endsWith(ending));
  return (await Promise.all(names.map((name) => all<T>(on, name, schema)))).flat();
}
