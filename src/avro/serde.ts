import type { Schema } from 'avsc';
import { type Decode, decoder, encode } from './codec.ts';
import { AvroError } from './error.ts';
import { schemaIdOf } from './frame.ts';
import { normalise } from './normalise.ts';
import type { Registry } from './registry.ts';
import { compile } from './type.ts';

/** Encodes and decodes one type in Confluent's wire format: `0x00`, int32 schema id (big endian), Avro binary. Synchronous on the hot path. */
export interface Serde<T> {
  /** The id under which `encode` writes. */
  readonly id: number;
  /**
   * The bytes are part of a larger slab that stays in memory as long as any part of it is held: copy what is kept for long.
   * @throws AvroError INVALID_VALUE, naming the path that does not fit
   */
  encode(value: T): Buffer;
  /**
   * Reads what any version of the schema wrote, into the shape of this one; from `start` to `end`, or all of the bytes.
   * @throws AvroError NOT_FRAMED, UNKNOWN_SCHEMA (also when `prepare` has not seen the id), UNREADABLE, INCOMPATIBLE (written with a schema that this one cannot read)
   */
  decode(bytes: Buffer, start?: number, end?: number): T;
  /** Fetches the schemas of ids not seen yet, so that `decode` need not wait. Ids unknown to the registry are left to `decode`. */
  prepare(values: Iterable<Buffer | null>): Promise<void>;
}

/**
 * Registers `schema` under `subject` when it is new, and makes its serde. `T` must be the schema's generated type.
 * @throws AvroError INVALID_SCHEMA, INCOMPATIBLE
 */
export async function openSerde<T>(registry: Registry, subject: string, schema: Schema): Promise<Serde<T>> {
  const own = normalise(schema);
  const type = compile(own);
  const id = await registry.idOf(subject, own);
  const decoders = new Map<number, Decode>([[id, decoder(type, own)]]);
  // Most batches hold one version: the last decoder used is the next one.
  let lastId = id;
  let last = decoders.get(id);

  function decode(bytes: Buffer, start = 0, end = bytes.length): T {
    const writer = schemaIdOf(bytes, start, end);
    if (writer !== lastId || last === undefined) {
      last = decoderOf(writer, end - start);
      lastId = writer ?? id;
    }
    return last(bytes, start, end) as T;
  }

  function decoderOf(writer: number | undefined, length: number): Decode {
    if (writer === undefined) {
      throw new AvroError('NOT_FRAMED', `${length} bytes that do not begin with 0x00 and a schema id`);
    }
    const known = decoders.get(writer);
    if (known === undefined) {
      throw new AvroError('UNKNOWN_SCHEMA', `written with schema id ${writer}, which the registry does not know`);
    }
    return known;
  }

  async function prepare(values: Iterable<Buffer | null>): Promise<void> {
    const missing = new Set<number>();
    for (const value of values) {
      const writer = value === null ? undefined : schemaIdOf(value);
      if (writer !== undefined && writer !== lastId && !decoders.has(writer)) {
        missing.add(writer);
      }
    }
    for (const writer of missing) {
      await learn(writer);
    }
  }

  async function learn(writer: number): Promise<void> {
    try {
      decoders.set(writer, decoder(type, await registry.schemaOf(writer)));
    } catch (error) {
      if (!(error instanceof AvroError) || error.code === 'UNAVAILABLE') {
        throw error;
      }
      if (error.code !== 'UNKNOWN_SCHEMA') {
        decoders.set(writer, () => {
          throw error;
        });
      }
    }
  }

  return { id, encode: (value) => encode(type, id, value), decode, prepare };
}
