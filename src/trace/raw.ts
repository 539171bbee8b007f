/** Where an event came in: the row of a file, or a writer's own record. */
import { columnName } from '../../datasets/avro-name.ts';
import { idOf } from '../../datasets/cell.ts';
import type { Descriptor } from '../../datasets/descriptor.ts';
import { type RawRow, rawTopic } from '../../datasets/raw.ts';
import type { PostedEvent, SyntheticShopEvent, SyntheticTransaction } from '../../schemas/generated.ts';
import { topics } from '../../schemas/topics.ts';
import { frameLength } from '../avro/frame.ts';
import { isTick } from '../engine/tick.ts';
import type { Topic } from '../engine/topic.ts';
import type { LogRecord } from '../log/log.ts';
import { holding, nameIn, type OnLog, type Placed, reader } from './reading.ts';

export type RawValue = RawRow | SyntheticTransaction | SyntheticShopEvent | PostedEvent;

/** What came in under the id, the oldest of each partition first. */
export async function rawOf(
  on: OnLog,
  datasets: readonly Descriptor[],
  id: string,
): Promise<readonly Placed<RawValue>[]> {
  const found: Placed<RawValue>[] = [];
  for (const descriptor of datasets)
    found.push(...(await (descriptor.columns.eventId === undefined ? byPlace : byOwnId)(on, descriptor, id)));
  const { syntheticTransactions, syntheticShop, posted } = topics;
  found.push(...(await written(on, syntheticTransactions, id, ({ transactionId }) => transactionId)));
  found.push(...(await written(on, syntheticShop, id, ({ eventId }) => eventId)));
  found.push(...(await written(on, posted, id, ({ eventId }) => eventId)));
  return found;
}

/** `<dataset>-<start of the file's fingerprint>-<row>`, as datasets/row-to-event.ts makes it. */
async function byPlace(on: OnLog, descriptor: Descriptor, id: string): Promise<readonly Placed<RawValue>[]> {
  if (!id.startsWith(`${descriptor.name}-`)) return [];
  const place = /^([0-9a-f]+)(#\d+)?-(\d+)$/.exec(id.slice(descriptor.name.length + 1));
  if (place === null) return [];
  const [, start = '', again = '', row] = place;
  const isIt = ({ _row, _file }: Pick<RawRow, '_row' | '_file'>): boolean =>
    _row === Number(row) && _file.startsWith(start) && _file.endsWith(again) && _file.includes('#') === (again !== '');
  const topic = nameIn(on, rawTopic(descriptor));
  // A raw row begins with its number.
  const wanted = zigzag(Number(row));
  return decoded<RawRow>(on, topic, holding(on, { topic, at: frameLength }, wanted), isIt);
}

/** The producer's own id is a column. */
async function byOwnId(on: OnLog, descriptor: Descriptor, id: string): Promise<readonly Placed<RawValue>[]> {
  const field = columnName(descriptor.columns.eventId ?? '');
  const topic = nameIn(on, rawTopic(descriptor));
  return decoded<RawRow>(on, topic, holding(on, { topic }, Buffer.from(id)), (row) => idOf(row[field]) === id);
}

/** A topic that the generator, NiFi or HTTP clients write. */
async function written<T extends RawValue>(
  on: OnLog,
  topic: Topic<T>,
  id: string,
  idOfValue: (value: T) => string,
): Promise<readonly Placed<RawValue>[]> {
  const name = nameIn(on, topic);
  return decoded<T>(on, name, holding(on, { topic: name }, Buffer.from(id)), (value) => idOfValue(value) === id);
}

type Found = AsyncIterable<{ readonly partition: number; readonly record: LogRecord }>;

/** In the schema that each was written with: columns of a file that the descriptor does not name are kept. */
async function decoded<T>(
  on: OnLog,
  topic: string,
  records: Found,
  isIt: (value: T) => boolean,
): Promise<readonly Placed<T>[]> {
  const decode = reader<T>(on.registry, undefined);
  const found: Placed<T>[] = [];
  for await (const { partition, record } of records) {
    if (record.value === null || isTick(record)) continue;
    const value = await decode(record.value);
    if (value !== undefined && isIt(value)) found.push({ topic, partition, offset: record.offset, value });
  }
  return found;
}

/** A long as Avro writes it. */
function zigzag(value: number): Buffer {
  const bytes: number[] = [];
  let left = BigInt(value) * 2n;
  do {
    const low = Number(left & 127n);
    left >>= 7n;
    bytes.push(left > 0n ? low | 128 : low);
  } while (left > 0n);
  return Buffer.from(bytes);
}
