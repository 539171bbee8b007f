import type { Schema } from 'avsc';
import { type Decode, decoder } from '../../src/avro/codec.ts';
import { AvroError } from '../../src/avro/error.ts';
import { schemaIdOf } from '../../src/avro/frame.ts';
import type { Registry } from '../../src/avro/registry.ts';
import { compile } from '../../src/avro/type.ts';
import type { LogRecord } from '../../src/log/log.ts';
import { SinkError, type SinkRecord, type TopicPartition } from './sink.ts';

export interface Decoded {
  readonly records: readonly SinkRecord[];
  /** What the values follow; `undefined` when there is none. */
  readonly schema: Schema | undefined;
}

/**
 * Decodes records for a sink. `reader` is the schema to read into; without one, the newest among the records' own (the
 * greatest id, as registries count upwards) is taken, so that the outcome follows from the records alone.
 * @throws SinkError BAD_RECORD naming topic, partition and offset
 */
export type RecordDecoder = (from: TopicPartition, records: readonly LogRecord[]) => Promise<Decoded>;

export function openDecoder(registry: Registry, reader: Schema | undefined): RecordDecoder {
  const byReader = new Map<Schema, Map<number, Decode>>();

  async function decodersFor(schema: Schema, ids: ReadonlySet<number>): Promise<ReadonlyMap<number, Decode>> {
    const known = byReader.get(schema) ?? new Map<number, Decode>();
    byReader.set(schema, known);
    for (const id of ids) {
      if (!known.has(id)) {
        known.set(id, decoder(compile(schema), await registry.schemaOf(id)));
      }
    }
    return known;
  }

  return async (from, records) => {
    const ids = idsOf(records);
    if (ids.size === 0) {
      return { records: records.map((record) => sinkRecord(from, record, new Map())), schema: undefined };
    }
    try {
      const schema = reader ?? (await registry.schemaOf(Math.max(...ids)));
      const decoders = await decodersFor(schema, ids);
      return { records: records.map((record) => sinkRecord(from, record, decoders)), schema };
    } catch (error) {
      throw badRecord(`${from.topic}/${from.partition}`, error);
    }
  };
}

function idsOf(records: readonly LogRecord[]): ReadonlySet<number> {
  const ids = new Set<number>();
  let last: number | undefined;
  for (const { value } of records) {
    const id = value === null ? undefined : schemaIdOf(value);
    if (id !== undefined && id !== last) {
      ids.add(id);
      last = id;
    }
  }
  return ids;
}

/** Hot: once per record. A log may make key and value when they are asked for, so that is once too. */
function sinkRecord(from: TopicPartition, record: LogRecord, decoders: ReadonlyMap<number, Decode>): SinkRecord {
  const { offset, key, value } = record;
  const text = key === null ? null : key.toString();
  if (value === null) {
    return { offset, key: text, value: null };
  }
  const decode = decoders.get(schemaIdOf(value) ?? -1);
  if (decode === undefined) {
    const what = `${value.length} bytes that do not begin with 0x00 and a schema id`;
    throw new SinkError('BAD_RECORD', `${placeOf(from, offset)}: ${what}`);
  }
  try {
    return { offset, key: text, value: decode(value) as SinkRecord['value'] };
  } catch (error) {
    throw badRecord(placeOf(from, offset), error);
  }
}

function placeOf({ topic, partition }: TopicPartition, offset: number): string {
  return `${topic}/${partition} offset ${offset}`;
}

function badRecord(where: string, error: unknown): unknown {
  return error instanceof AvroError && error.code !== 'UNAVAILABLE'
    ? new SinkError('BAD_RECORD', `${where}: ${error.message}`, { cause: error })
    : error;
}
