/** Confluent's wire format: a zero byte, the schema's id as int32 big endian, then Avro binary. */
export const frameLength = 5;

export function writeFrame(bytes: Buffer, at: number, id: number): void {
  bytes[at] = 0;
  bytes[at + 1] = id >>> 24;
  bytes[at + 2] = id >>> 16;
  bytes[at + 3] = id >>> 8;
  bytes[at + 4] = id;
}

/** `undefined` when the bytes are not framed. */
export function schemaIdOf(bytes: Buffer): number | undefined {
  return bytes.length >= frameLength && bytes[0] === 0 ? bytes.readInt32BE(1) : undefined;
}
