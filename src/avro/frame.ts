/** Confluent's wire format: a zero byte, the schema's id as int32 big endian, then Avro binary. */
export const frameLength = 5;

export function writeFrame(bytes: Buffer, at: number, id: number): void {
  bytes[at] = 0;
  bytes[at + 1] = id >>> 24;
  bytes[at + 2] = id >>> 16;
  bytes[at + 3] = id >>> 8;
  bytes[at + 4] = id;
}

/** A record that may lie within bytes that it shares with others; a start of -1: it has no value. */
export interface Framed {
  readonly value: Buffer | null;
  readonly packed?: { readonly bytes: Buffer; readonly valueAt: number; readonly valueEnd: number } | undefined;
}

/** Of a record's value, without a view of it where it is packed; `undefined` when there is none, or it is not framed. */
export function schemaIdIn(record: Framed): number | undefined {
  const { packed } = record;
  if (packed !== undefined) {
    return packed.valueAt < 0 ? undefined : schemaIdOf(packed.bytes, packed.valueAt, packed.valueEnd);
  }
  return record.value === null ? undefined : schemaIdOf(record.value);
}

/** Of the value from `start` to `end`; `undefined` when it is not framed. */
export function schemaIdOf(bytes: Buffer, start = 0, end = bytes.length): number | undefined {
  return end - start >= frameLength && bytes[start] === 0 ? bytes.readInt32BE(start + 1) : undefined;
}
