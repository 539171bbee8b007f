/** Confluent's wire format: a zero byte, the schema's id as int32 big endian, then Avro binary. */
export const frameLength = 5;

export function writeFrame(bytes: Buffer, at: number, id: number): void {
  bytes[at] = 0;
  bytes[at + 1] = id >>> 24;
  bytes[at + 2] = id >>> 16;
  bytes[at + 3] = id >>> 8;
  bytes[at + 4] = id;
}

/** Of the value from `start` to `end`; `undefined` when it is not framed. */
export function schemaIdOf(bytes: Buffer, start = 0, end = bytes.length): number | undefined {
  return end - start >= frameLength && bytes[start] === 0 ? bytes.readInt32BE(start + 1) : undefined;
}
