import type { Schema } from 'avsc';
import type { Registry } from './registry.ts';

/** Encodes and decodes one type in Confluent's wire format: `0x00`, int32 schema id (big endian), Avro binary. Synchronous on the hot path. */
export interface Serde<T> {
  /** The id under which `encode` writes. */
  readonly id: number;
  /** @throws AvroError INVALID_VALUE, naming the path that does not fit */
  encode(value: T): Buffer;
  /**
   * Reads what any version of the schema wrote, into the shape of this one.
   * @throws AvroError NOT_FRAMED, UNKNOWN_SCHEMA (also when `prepare` has not seen the id), UNREADABLE
   */
  decode(bytes: Buffer): T;
  /** Fetches the schemas of ids not seen yet, so that `decode` need not wait. Ids unknown to the registry are left to `decode`. */
  prepare(values: Iterable<Buffer | null>): Promise<void>;
}

export declare function openSerde<T>(registry: Registry, subject: string, schema: Schema): Promise<Serde<T>>;
