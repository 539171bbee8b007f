import type { RawRow } from '../../../datasets/raw.ts';
import { isRejection, rowToEvent } from '../../../datasets/row-to-event.ts';
import { type Resent, resentSchema } from '../../../schemas/generated.ts';
import { encode } from '../../avro/codec.ts';
import { schemaIdOf } from '../../avro/frame.ts';
import { openSerde } from '../../avro/serde.ts';
import { compile } from '../../avro/type.ts';
import { physicalName, type Topic } from '../../engine/topic.ts';
import { topicOf } from '../../engine/topology.ts';
import type { Append, Log, Owned } from '../../log/log.ts';
import { partitionOf } from '../../log/partition.ts';
import { all, type OnLog, reader } from '../../trace/reading.ts';
import { descriptorsOf } from '../descriptors.ts';
import { topologiesInShop } from '../shop-topologies.ts';
import type { Workplace } from '../workplace.ts';
import { deadRecord, idOf, onLog, recordAt, resentTopic } from './records.ts';

export class NotResentError extends Error {
  override readonly name = 'NotResentError';
}

export interface ResendOptions {
  readonly place: Workplace;
  readonly shop: string;
  /** Of the dead record. */
  readonly id: string;
  /** The corrected value; omitted: as it is, as when the code was corrected. */
  readonly value?: unknown;
  readonly signal: AbortSignal;
  /** UTC ms. */
  readonly now: () => number;
}

/**
 * Sends a dead record again to the topic that it came in by, corrected, and notes that, in one transaction of whoever owns
 * the notes: however often it is asked for, and by how many at once, the record is sent once.
 * @throws NotResentError, UnknownDeadError, AvroError INVALID_VALUE, LogError
 */
export async function resend({ place, shop, id, value, signal, now }: ResendOptions): Promise<void> {
  const { log, registry } = place;
  const on = await onLog(place, shop);
  const dead = await deadRecord(on, id);
  const append = await corrected(place, on, dead.place, value);
  const topic = resentTopic(shop);
  await log.create([{ name: topic, partitions: 1, cleanup: 'compact' }]);
  const serde = await openSerde<Resent>(registry, `${topic}-value`, resentSchema);
  const note = { key: Buffer.from(id), value: serde.encode({ ...dead.place, at: now() }) };
  const there = new Map((await log.topics()).map((info) => [info.name, info]));
  await alone(log, topic, signal, async (owned) => {
    const before = await all<Resent>({ ...on, there }, topic, resentSchema);
    if (before.some((one) => idOf(shop, one.value) === id))
      throw new NotResentError(
        `${id} has been sent again already: nothing was done. \`ebb dead --shop ${shop}\` says when`,
      );
    await owned.commit({ appends: [append, { topic, partition: 0, records: [note] }], positions: {} });
  });
}

/** Works as the only owner of a topic's one partition: whoever comes next waits, and sees what was done. */
async function alone(
  log: Log,
  topic: string,
  signal: AbortSignal,
  work: (owned: Owned) => Promise<void>,
): Promise<void> {
  const leave = new AbortController();
  const until = AbortSignal.any([signal, leave.signal]);
  let done = false;
  try {
    for await (const owned of log.join({ group: topic, topics: [topic], signal: until })) {
      await work(owned);
      done = true;
      break;
    }
  } finally {
    leave.abort();
  }
  if (!done) throw new NotResentError('it was stopped before the record was sent');
}

/** The record as it is to be appended. */
async function corrected(
  place: Workplace,
  on: OnLog,
  at: Parameters<typeof recordAt>[1],
  value: unknown,
): Promise<Append> {
  const id = idOf(on.shop, at);
  const record = await recordAt(on, at);
  if (record === undefined) throw new NotResentError(`${id} is not on the log any more`);
  const topic = await inputOf(place, on, at.topic);
  if (value === undefined)
    return { topic: at.topic, partition: at.partition, records: [{ key: record.key, value: record.value }] };
  await refuseDeadAgain(place, on.shop, at.topic, id, value);
  const bytes = await encoded(on, at.topic, topic, record.value, value);
  // The key follows from the value, as it does for whoever writes the topic.
  const text = topic.key(value);
  const key = text === null ? null : Buffer.from(text);
  const partitions = on.there.get(at.topic)?.partitions ?? 1;
  return { topic: at.topic, partition: partitionOf(key, partitions), records: [{ key, value: bytes }] };
}

/** With the schema that it was written with, where it says: a file's columns are in it. Otherwise with its topic's. */
async function encoded(
  { registry }: OnLog,
  name: string,
  { schema }: Topic<unknown>,
  before: Buffer | null,
  value: unknown,
): Promise<Buffer> {
  const writer = before === null ? undefined : schemaIdOf(before);
  const readable = before !== null && (await reader(registry, undefined)(before)) !== undefined;
  if (writer !== undefined && readable) return encode(compile(await registry.schemaOf(writer)), writer, value);
  return (await openSerde<unknown>(registry, `${name}-value`, schema)).encode(value);
}

/** The topic that it came in by, as a topology reads it. @throws NotResentError when a topology wrote the record */
async function inputOf(place: Workplace, { shop, versions }: OnLog, name: string): Promise<Topic<unknown>> {
  const { all: topologies } = await topologiesInShop(place, shop);
  const physical = (topic: Topic<unknown>): string => physicalName(shop, topic.name, versions.get(topic.name));
  const writer = topologies.find(({ to }) => Object.values(to).some((topic) => physical(topic) === name));
  if (writer !== undefined)
    throw new NotResentError(
      `${writer.name} wrote the record, and would write it again: correct the topology, and \`ebb reset --topology ${writer.name} --to start --shop ${shop}\``,
    );
  const topic = topologies
    .flatMap(({ from }) => Object.values(from).map(topicOf))
    .find((one) => physical(one) === name);
  if (topic !== undefined) return topic;
  throw new NotResentError(`no topology of shop ${shop} reads ${name}: nobody would take the record`);
}

/** A dataset's row that breaks a rule still. */
async function refuseDeadAgain(
  place: Workplace,
  shop: string,
  topic: string,
  id: string,
  value: unknown,
): Promise<void> {
  const datasets = await descriptorsOf(place.log, place.registry, shop);
  const descriptor = datasets.find(({ name }) => topic === physicalName(shop, `raw.${name}`));
  if (descriptor === undefined) return;
  const event = rowToEvent(descriptor)(value as RawRow);
  if (isRejection(event))
    throw new NotResentError(`${id} would be refused again: ${event.code}: ${event.message}. Nothing was sent`);
}
