/**
 * Kafka's record batches (magic 2), to and from the port's records. Hot path.
 * Layout: https://kafka.apache.org/documentation/#recordbatch
 */
import type { Headers, LogRecord, NewRecord } from '../log.ts';
import { StoredRecord } from '../stored-record.ts';
import { type Compression, compress, decompress } from './compression.ts';
import { crc32c } from './crc32c.ts';

/** Bytes before a batch's records: offset, length, epoch, magic, crc, then what the crc covers. */
const overhead = 61;
const crcStart = 21;
const magic2 = 2;
const transactional = 0x10;
const control = 0x20;

/** A producer's place in a transaction: what the broker checks for duplicates and fencing. */
export interface Producer {
  readonly id: bigint;
  readonly epoch: number;
}

/** One batch with all the records, as it goes into a produce request. `time`: ms, the broker's timestamp, which nothing here reads. */
export function encodeBatch(
  records: readonly NewRecord[],
  { id, epoch }: Producer,
  sequence: number,
  compression: Compression,
  time: number,
): Buffer {
  const plain = encodeRecords(records);
  const { codec, bytes } = compress(plain, compression);
  const batch = Buffer.allocUnsafe(overhead + bytes.length);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(magic2, 16);
  batch.writeInt16BE(codec | transactional, crcStart);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(time), 27);
  batch.writeBigInt64BE(BigInt(time), 35);
  batch.writeBigInt64BE(id, 43);
  batch.writeInt16BE(epoch, 51);
  batch.writeInt32BE(sequence, 53);
  batch.writeInt32BE(records.length, 57);
  bytes.copy(batch, overhead);
  batch.writeUInt32BE(crc32c(batch, crcStart), 17);
  return batch;
}

/** Most that a record takes in a batch, in bytes, for cutting batches before they are encoded. */
export function sizeOf({ key, value, headers }: NewRecord): number {
  let size = 26 + (key?.length ?? 0) + (value?.length ?? 0);
  if (headers !== undefined) for (const name in headers) size += 10 + name.length * 3 + (headers[name]?.length ?? 0);
  return size;
}

function encodeRecords(records: readonly NewRecord[]): Buffer {
  let room = 0;
  for (const record of records) room += sizeOf(record);
  const bytes = Buffer.allocUnsafe(room);
  let at = 0;
  for (let index = 0; index < records.length; index++) {
    const record = records[index];
    if (record !== undefined) at = writeRecord(bytes, at, record, index);
  }
  return bytes.subarray(0, at);
}

function writeRecord(bytes: Buffer, start: number, record: NewRecord, delta: number): number {
  const { key, value, headers } = record;
  let body = 1 + 1 + varintSize(delta) + bytesSize(key) + bytesSize(value);
  const names = headers === undefined ? [] : Object.keys(headers);
  body += varintSize(names.length);
  for (const name of names) {
    const length = Buffer.byteLength(name);
    body += varintSize(length) + length + bytesSize(headers?.[name] ?? null);
  }
  let at = writeVarint(bytes, start, body);
  bytes[at++] = 0;
  // Every record of the batch has the batch's timestamp.
  bytes[at++] = 0;
  at = writeVarint(bytes, at, delta);
  at = writeBytes(bytes, at, key);
  at = writeBytes(bytes, at, value);
  at = writeVarint(bytes, at, names.length);
  for (const name of names) {
    at = writeVarint(bytes, at, Buffer.byteLength(name));
    at += bytes.write(name, at);
    at = writeBytes(bytes, at, headers?.[name] ?? null);
  }
  return at;
}

function bytesSize(bytes: Buffer | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}

function varintSize(value: number): number {
  let rest = (value << 1) ^ (value >> 31);
  let size = 1;
  for (; (rest & ~0x7f) !== 0; rest >>>= 7) size++;
  return size;
}

function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = (value << 1) ^ (value >> 31);
  for (; (rest & ~0x7f) !== 0; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}

function writeBytes(bytes: Buffer, start: number, value: Buffer | null): number {
  if (value === null) {
    bytes[start] = 1;
    return start + 1;
  }
  const at = writeVarint(bytes, start, value.length);
  // The call costs more than copying a few bytes.
  if (value.length > 48) value.copy(bytes, at);
  else for (let index = 0; index < value.length; index++) bytes[at + index] = value[index] ?? 0;
  return at + value.length;
}

/** A transaction that was aborted: its records from `first` on are skipped, until its abort marker. */
export interface Aborted {
  readonly producer: bigint;
  readonly first: number;
}

export interface Decoded {
  readonly records: LogRecord[];
  /** Of the records, unpacked. */
  readonly bytes: number;
  /** Offset after the last batch that was decoded; `undefined` when not even one was there. */
  readonly next: number | undefined;
  /** What is left for later, where decoding stopped because it was enough. */
  readonly rest: Encoded | undefined;
}

/** Record batches as a broker gives them, the last of which may be cut off. */
export interface Encoded {
  readonly bytes: Buffer;
  readonly aborted: readonly Aborted[];
}

/** Decoding stops after so many records or decompressed bytes: what a reader has not asked for stays compressed. */
const enough = { records: 4_000, bytes: 4 << 20 };

export class BatchError extends Error {
  override readonly name = 'BatchError';
}

/**
 * The committed records with an offset of at least `from` in fetched batches; a batch that was cut off at the end is left
 * for the next fetch. Keys and values lie in `bytes`, or in the buffer that they were decompressed into.
 * @throws BatchError when the bytes are not what a broker keeps
 */
export function decodeBatches({ bytes, aborted }: Encoded, from: number): Decoded {
  const records: LogRecord[] = [];
  let unpacked = 0;
  const waiting = [...aborted].sort((a, b) => a.first - b.first);
  const skipped = new Set<bigint>();
  let next: number | undefined;
  for (let at = 0; at + overhead <= bytes.length; ) {
    if (records.length >= enough.records || unpacked >= enough.bytes) {
      // Markers that were passed no longer count; what they had not ended yet does from the beginning of the rest.
      const open = [...skipped].map((producer) => ({ producer, first: 0 }));
      return { records, bytes: unpacked, next, rest: { bytes: bytes.subarray(at), aborted: [...open, ...waiting] } };
    }
    const end = at + 12 + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    const base = readOffset(bytes, at);
    if (bytes[at + 16] !== magic2) throw new BatchError(`offset ${base}: message format ${bytes[at + 16]}, not 2`);
    const attributes = bytes.readInt16BE(at + crcStart);
    const last = base + bytes.readInt32BE(at + 23);
    const producer = bytes.readBigInt64BE(at + 43);
    while (waiting[0] !== undefined && waiting[0].first <= last) skipped.add(waiting.shift()?.producer ?? -1n);
    if ((attributes & control) !== 0) {
      if (isAbortMarker(bytes, at)) skipped.delete(producer);
    } else if (last >= from && !((attributes & transactional) !== 0 && skipped.has(producer))) {
      if (crc32c(bytes, at + crcStart, end) !== bytes.readUInt32BE(at + 17))
        throw new BatchError(`offsets ${base} to ${last}: the checksum does not fit`);
      unpacked += decodeRecords(bytes, at, end, attributes & 7, base, from, records);
    }
    next = last + 1;
    at = end;
  }
  return { records, bytes: unpacked, next, rest: undefined };
}

/** The key of a control record: version, then 0 for abort and 1 for commit. */
function isAbortMarker(bytes: Buffer, batch: number): boolean {
  cursor = batch + overhead;
  readVarint(bytes);
  cursor += 1;
  readVarint(bytes);
  readVarint(bytes);
  readVarint(bytes);
  return bytes.readInt16BE(cursor + 2) === 0;
}

/** Where the varint reader stands. One for the module: returning a pair for each number would cost an object. */
let cursor = 0;

/** Returns how many bytes the records take unpacked. */
function decodeRecords(
  bytes: Buffer,
  batch: number,
  end: number,
  codec: number,
  base: number,
  from: number,
  into: LogRecord[],
): number {
  const count = bytes.readInt32BE(batch + 57);
  const section = bytes.subarray(batch + overhead, end);
  const source = codec === 0 ? section : unpack(codec, section, base);
  cursor = 0;
  for (let index = 0; index < count; index++) {
    const length = readVarint(source);
    const stop = cursor + length;
    if (length <= 0 || stop > source.length)
      throw new BatchError(`offset ${base}: record ${index} of the batch is cut off`);
    cursor += 1;
    // The timestamp's delta may take ten bytes; nothing here needs it.
    while ((source[cursor++] ?? 0) >= 0x80);
    const offset = base + readVarint(source);
    const keyLength = readVarint(source);
    const keyAt = cursor;
    cursor += Math.max(0, keyLength);
    const keyEnd = cursor;
    const valueLength = readVarint(source);
    const valueAt = cursor;
    cursor += Math.max(0, valueLength);
    const valueEnd = cursor;
    if (valueEnd > stop) throw new BatchError(`offset ${base}: record ${index} of the batch is longer than it says`);
    const headerCount = readVarint(source);
    if (offset >= from) {
      const headers = headerCount === 0 ? undefined : readHeaders(source, headerCount);
      const key = keyLength < 0 ? -1 : keyAt;
      const value = valueLength < 0 ? -1 : valueAt;
      into.push(new StoredRecord(offset, headers, source, key, keyEnd, value, valueEnd));
    }
    cursor = stop;
  }
  return source.length;
}

function unpack(codec: number, section: Buffer, base: number): Buffer {
  try {
    return decompress(codec, section);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BatchError(`offset ${base}: the batch does not decompress (${why})`, { cause });
  }
}

function readHeaders(bytes: Buffer, count: number): Headers {
  // No prototype: a header may be called __proto__.
  const headers: Record<string, Buffer> = Object.create(null);
  for (let index = 0; index < count; index++) {
    const name = readBytes(bytes)?.toString() ?? '';
    headers[name] = readBytes(bytes) ?? Buffer.alloc(0);
  }
  return headers;
}

function readBytes(bytes: Buffer): Buffer | null {
  const length = readVarint(bytes);
  if (length < 0) return null;
  const start = cursor;
  cursor += length;
  return bytes.subarray(start, cursor);
}

function readVarint(bytes: Buffer): number {
  let byte = bytes[cursor++] ?? 0;
  let value = byte & 0x7f;
  for (let shift = 7; byte >= 0x80; shift += 7) {
    byte = bytes[cursor++] ?? 0;
    value |= (byte & 0x7f) << shift;
  }
  return (value >>> 1) ^ -(value & 1);
}

function readOffset(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}
