/**
 * The binary form of a batch of records in the embedded log.
 *
 *   batch  = u32 crc32 of the rest · u8 form (1) · u32 count · record*          (little endian)
 *   record = gap · key length + 1 · value length + 1 · [seconds] · headers · (name length · name · length · bytes)* · key · value
 *
 * Numbers in records are varints; lengths of null are 0. `gap` is the number of offsets that are missing before the
 * record, `seconds` (epoch, when it was appended) is there for tombstones only: compaction keeps them for a while.
 */
import { crc32 } from 'node:zlib';
import { type Append, type Headers, LogError, type LogRecord, maxRecordBytes, type NewRecord } from './log.ts';
import { StoredRecord } from './stored-record.ts';

const head = 9;
const form = 1;
const maxRecords = 1_000;
const maxBytes = 1_000_000;

export interface EncodedBatch {
  readonly blob: Buffer;
  readonly count: number;
}

/** Cuts records into batches of at most 1,000 records or about 1 MB and encodes them. `seconds`: now, since the epoch. @throws LogError TOO_LARGE */
export function encodeBatches({ topic, partition, records }: Append, seconds: number): EncodedBatch[] {
  const batches: EncodedBatch[] = [];
  const builder = new BatchBuilder();
  for (const record of records) {
    const bytes = sizeOf(record);
    if (bytes > maxRecordBytes) {
      const what = `A record for topic ${topic}, partition ${partition} has about ${bytes} bytes`;
      throw new LogError('TOO_LARGE', `${what}; at most ${maxRecordBytes} fit. Nothing was appended.`);
    }
    if (!builder.fits(bytes)) batches.push(builder.finish());
    builder.add(record, bytes, seconds);
  }
  if (builder.count > 0) batches.push(builder.finish());
  return batches;
}

/** Bytes that a record takes at most. */
export function sizeOf(record: NewRecord): number {
  let bytes = 40 + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  if (record.headers !== undefined) {
    for (const name in record.headers) bytes += 20 + name.length * 3 + (record.headers[name]?.length ?? 0);
  }
  return bytes;
}

/** Shared by all builders: they are filled and finished without waiting in between. */
let slab = Buffer.allocUnsafeSlow(maxBytes + 65_536);

/** Collects records of one batch; `finish` gives the blob and starts over. Only one may be filled at a time. */
export class BatchBuilder {
  count = 0;
  #at = head;

  fits(bytes: number): boolean {
    return this.count === 0 || (this.count < maxRecords && this.#at + bytes <= maxBytes);
  }

  add(record: NewRecord, bytes: number, seconds: number): void {
    reserve(this.#at + bytes);
    let at = this.#at;
    const { key, value, headers } = record;
    slab[at++] = 0;
    at = writeVarint(at, key === null ? 0 : key.length + 1);
    at = writeVarint(at, value === null ? 0 : value.length + 1);
    if (value === null) at = writeVarint(at, seconds);
    at = headers === undefined ? writeVarint(at, 0) : writeHeaders(at, headers);
    if (key !== null) at = writeBytes(at, key);
    if (value !== null) at = writeBytes(at, value);
    this.#at = at;
    this.count++;
  }

  /** Takes a record over from another blob as it is, after `gap` missing offsets. */
  copy(gap: number, blob: Buffer, bodyStart: number, bodyEnd: number): void {
    reserve(this.#at + bodyEnd - bodyStart + 10);
    const at = writeVarint(this.#at, gap);
    this.#at = at + blob.copy(slab, at, bodyStart, bodyEnd);
    this.count++;
  }

  finish(): EncodedBatch {
    slab[4] = form;
    slab.writeUInt32LE(this.count, 5);
    slab.writeUInt32LE(crc32(slab.subarray(4, this.#at)), 0);
    const encoded = { blob: Buffer.from(slab.subarray(0, this.#at)), count: this.count };
    this.#at = head;
    this.count = 0;
    return encoded;
  }
}

function reserve(bytes: number): void {
  if (bytes <= slab.length) return;
  const larger = Buffer.allocUnsafeSlow(bytes * 2);
  slab.copy(larger);
  slab = larger;
}

function writeVarint(start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest > 127) {
    slab[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  slab[at++] = rest;
  return at;
}

function writeBytes(at: number, bytes: Uint8Array): number {
  const { length } = bytes;
  // A loop beats the call into the runtime for short keys.
  if (length < 24) for (let i = 0; i < length; i++) slab[at + i] = bytes[i] ?? 0;
  else slab.set(bytes, at);
  return at + length;
}

function writeHeaders(start: number, headers: Headers): number {
  const entries = Object.entries(headers);
  let at = writeVarint(start, entries.length);
  for (const [name, value] of entries) {
    const length = Buffer.byteLength(name);
    at = writeVarint(at, length);
    slab.write(name, at);
    at = writeBytes(writeVarint(at + length, value.length), value);
  }
  return at;
}

/** What is wrong with a blob, or `undefined` when its checksum holds. */
export function damageOf(blob: Buffer): string | undefined {
  if (blob.length < head) return `it has ${blob.length} bytes, too few for a batch`;
  if (blob.readUInt32LE(0) !== crc32(blob.subarray(4))) return 'its checksum does not hold';
  return blob[4] === form ? undefined : `it has form ${blob[4]}, which this version of Ebb does not know`;
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

function readVarint(cursor: Cursor): number {
  const { bytes } = cursor;
  let byte = bytes[cursor.at++] ?? 0;
  if (byte < 128) return byte;
  let value = byte & 127;
  let scale = 128;
  do {
    byte = bytes[cursor.at++] ?? 0;
    value += (byte & 127) * scale;
    scale *= 128;
  } while (byte > 127);
  return value;
}

function readBytes(cursor: Cursor, length: number): Buffer {
  const start = cursor.at;
  cursor.at += length;
  return cursor.bytes.subarray(start, cursor.at);
}

/** Records with `from` <= offset < `to` of a sound blob whose first record has offset `base`. Keys and values are views of the blob. */
export function decodeBatch(blob: Buffer, base: number, from: number, to: number): LogRecord[] {
  const records: LogRecord[] = [];
  const cursor: Cursor = { bytes: blob, at: head };
  const count = blob.readUInt32LE(5);
  let offset = base;
  for (let i = 0; i < count; i++) {
    offset += readVarint(cursor);
    const keyLength = readVarint(cursor) - 1;
    const valueLength = readVarint(cursor) - 1;
    if (valueLength < 0) readVarint(cursor);
    const headerCount = readVarint(cursor);
    const headers = headerCount === 0 ? undefined : readHeaders(cursor, headerCount);
    const keyAt = cursor.at;
    const valueAt = keyLength < 0 ? keyAt : keyAt + keyLength;
    cursor.at = valueLength < 0 ? valueAt : valueAt + valueLength;
    if (offset >= from && offset < to) {
      const key = keyLength < 0 ? -1 : keyAt;
      const value = valueLength < 0 ? -1 : valueAt;
      records.push(new StoredRecord(offset, headers, blob, key, valueAt, value, cursor.at));
    }
    offset++;
  }
  return records;
}

function readHeaders(cursor: Cursor, count: number): Headers {
  // No prototype: a header may be called __proto__.
  const headers: Record<string, Buffer> = Object.create(null);
  for (let i = 0; i < count; i++) {
    const name = readBytes(cursor, readVarint(cursor)).toString();
    headers[name] = readBytes(cursor, readVarint(cursor));
  }
  return headers;
}

/** A record as compaction sees it: not decoded, only located. */
export interface Located {
  readonly offset: number;
  /** The key's bytes as Latin-1 text, so that it can be looked up in a map. */
  readonly key: string | null;
  /** When a tombstone was appended, in seconds since the epoch; `undefined` for values. */
  readonly tombstone: number | undefined;
  /** Everything but the gap, to be copied. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Calls `visit` for every record of a sound blob, in order. */
export function scanBatch(blob: Buffer, base: number, visit: (record: Located) => void): void {
  const cursor: Cursor = { bytes: blob, at: head };
  const count = blob.readUInt32LE(5);
  let offset = base;
  for (let i = 0; i < count; i++) {
    offset += readVarint(cursor);
    const bodyStart = cursor.at;
    const keyLength = readVarint(cursor) - 1;
    const valueLength = readVarint(cursor) - 1;
    const tombstone = valueLength < 0 ? readVarint(cursor) : undefined;
    for (let skipped = readVarint(cursor) * 2; skipped > 0; skipped--) readBytes(cursor, readVarint(cursor));
    const key = keyLength < 0 ? null : blob.toString('latin1', cursor.at, cursor.at + keyLength);
    cursor.at += Math.max(keyLength, 0) + Math.max(valueLength, 0);
    visit({ offset, key, tombstone, bodyStart, bodyEnd: cursor.at });
    offset++;
  }
}
