import type { Schema } from 'avsc';
import { type Decode, decoder } from '../../src/avro/codec.ts';
import { AvroError } from '../../src/avro/error.ts';
import { schemaIdIn, schemaIdOf } from '../../src/avro/frame.ts';
import type { Registry } from '../../src/avro/registry.ts';
import { compile } from '../../src/avro/type.ts';
import type { LogRecord } from '../../src/log/log.ts';
import { SinkError, type SinkRecord, type TopicPartition } from './sink.ts';

/** A record that does not read as what its topic holds, and why. */
export interface Refused {
  readonly record: LogRecord;
  readonly code: string;
  readonly reason: string;
}

export interface Decoded {
  readonly records: readonly SinkRecord[];
  readonly refused: readonly Refused[];
  /** What the values follow; `undefined` when there is none. */
  readonly schema: Schema | undefined;
}

/**
 * Decodes records for a sink. `reader` is the schema to read into; without one, the newest among the records' own is taken
 * (the greatest id, as registries count upwards) of the name that most of them have, so that the outcome follows from the
 * records alone. @throws AvroError UNAVAILABLE, and nothing else: whatever a record holds, the others go on.
 */
export type RecordDecoder = (records: readonly LogRecord[]) => Promise<Decoded>;

/** @param tombstones whether a record without a value means something here */
export function openDecoder(registry: Registry, reader: Schema | undefined, tombstones = true): RecordDecoder {
  const byReader = new Map<Schema, Map<number, Decode>>();

  /** By schema id: how to read it, or why not. */
  async function decodersFor(
    schema: Schema | undefined,
    writers: ReadonlyMap<number, Schema | AvroError>,
  ): Promise<ReadonlyMap<number, Decode | AvroError>> {
    const found = new Map<number, Decode | AvroError>();
    for (const [id, writer] of writers) {
      if (writer instanceof AvroError) {
        found.set(id, writer);
      } else if (schema !== undefined) {
        found.set(id, await decoderOf(schema, id, writer));
      }
    }
    return found;
  }

  async function decoderOf(schema: Schema, id: number, writer: Schema): Promise<Decode | AvroError> {
    const known = byReader.get(schema) ?? new Map<number, Decode>();
    byReader.set(schema, known);
    const decode = known.get(id) ?? (await orRefusal(async () => decoder(compile(schema), writer)));
    if (!(decode instanceof AvroError)) {
      known.set(id, decode);
    }
    return decode;
  }

  return async (taken) => {
    const ids = idsOf(taken);
    const writers = new Map<number, Schema | AvroError>();
    for (const id of ids.keys()) {
      writers.set(id, await orRefusal(() => registry.schemaOf(id)));
    }
    const schema = reader ?? newestOf(ids, writers);
    const decoders = await decodersFor(schema, writers);
    const records: SinkRecord[] = [];
    const refused: Refused[] = [];
    for (const record of taken) {
      const one = sinkRecord(record, decoders, tombstones);
      if ('reason' in one) {
        refused.push(one);
      } else {
        records.push(one);
      }
    }
    return { records, refused, schema: ids.size === 0 ? undefined : schema };
  };
}

/** The newest schema of the name that most records have: one record of another kind must not make it that of all. */
function newestOf(
  ids: ReadonlyMap<number, number>,
  writers: ReadonlyMap<number, Schema | AvroError>,
): Schema | undefined {
  const named = new Map<string, { count: number; id: number; schema: Schema }>();
  for (const [id, writer] of writers) {
    if (writer instanceof AvroError) {
      continue;
    }
    const name = compile(writer).name ?? '';
    const { count, ...newest } = named.get(name) ?? { count: 0, id, schema: writer };
    named.set(name, {
      count: count + (ids.get(id) ?? 0),
      ...(id > newest.id ? { id, schema: writer } : newest),
    });
  }
  const [most] = [...named.values()].sort((a, b) => b.count - a.count || a.id - b.id);
  return most?.schema;
}

/** All of them. @throws SinkError BAD_RECORD naming topic, partition and offset of the first that does not read */
export function whole(
  { records, refused: [bad] }: Decoded,
  { topic, partition }: TopicPartition,
): readonly SinkRecord[] {
  if (bad === undefined) {
    return records;
  }
  throw new SinkError('BAD_RECORD', `${topic}/${partition} offset ${bad.record.offset}: ${bad.reason}`);
}

async function orRefusal<T>(work: () => Promise<T>): Promise<T | AvroError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AvroError && error.code !== 'UNAVAILABLE') {
      return error;
    }
    throw error;
  }
}

/** How many records each schema id is on. */
function idsOf(records: readonly LogRecord[]): ReadonlyMap<number, number> {
  const ids = new Map<number, number>();
  for (const record of records) {
    const id = schemaIdIn(record);
    if (id !== undefined) {
      ids.set(id, (ids.get(id) ?? 0) + 1);
    }
  }
  return ids;
}

/** Hot: once per record. What was packed is read where it lies, as a view of each key and value would be garbage. */
function sinkRecord(
  record: LogRecord,
  decoders: ReadonlyMap<number, Decode | AvroError>,
  tombstones: boolean,
): SinkRecord | Refused {
  const { offset, packed } = record;
  const bytes = packed?.bytes ?? record.value;
  const start = packed?.valueAt ?? 0;
  if (bytes === null || start < 0) {
    const reason = 'a record without a value, in a topic where no record replaces another';
    return tombstones ? { offset, key: keyOf(record), value: null } : { record, code: 'TOMBSTONE', reason };
  }
  const end = packed?.valueEnd ?? bytes.length;
  const decode = decoders.get(schemaIdOf(bytes, start, end) ?? Number.NaN);
  if (decode === undefined) {
    const reason = `${end - start} bytes that do not begin with 0x00 and a schema id`;
    return { record, code: 'NOT_FRAMED', reason };
  }
  if (decode instanceof AvroError) {
    return { record, code: decode.code, reason: decode.message };
  }
  try {
    return { offset, key: keyOf(record), value: decode(bytes, start, end) as SinkRecord['value'] };
  } catch (error) {
    if (error instanceof AvroError) {
      return { record, code: error.code, reason: error.message };
    }
    throw error;
  }
}

function keyOf(record: LogRecord): string | null {
  const { packed } = record;
  if (packed !== undefined) {
    return packed.keyAt < 0 ? null : packed.bytes.toString('utf8', packed.keyAt, packed.keyEnd);
  }
  return record.key === null ? null : record.key.toString();
}
