/** avsc's strings and nullable unions, made faster: records here are mostly short repeated strings and nulls. Hot path: bench/codec.ts. */
import avro from 'avsc';
import type { Tap } from './tap.ts';

const slots = 4096;
/** Longest text that is looked up, in bytes: longer ones are seldom repeated. */
const longestCached = 24;
/** Recently read texts by hash. Reading one again costs no allocation, and equal texts share memory. */
const recent: string[] = new Array<string>(slots).fill('');

export class FastString extends avro.types.StringType {
  override _read(tap: Tap): string {
    const { buf, pos: at } = tap;
    const first = buf[at];
    if (first === undefined || (first & 0x81) !== 0 || first > longestCached << 1) {
      return tap.readString();
    }
    const length = first >> 1;
    const start = at + 1;
    const end = start + length;
    if (end > buf.length) {
      return tap.readString();
    }
    tap.pos = end;
    const slot = hash(buf, start, end) & (slots - 1);
    const known = recent[slot];
    if (known !== undefined && known.length === length && sameText(known, buf, start)) {
      return known;
    }
    const text = buf.utf8Slice(start, end);
    recent[slot] = text;
    return text;
  }

  override _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'string') {
      throw new TypeError('not a string');
    }
    const { buf, pos: at } = tap;
    const { length } = value;
    if (length > 63 || at + length >= buf.length) {
      tap.writeString(value);
      return;
    }
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) {
        tap.writeString(value);
        return;
      }
      buf[at + 1 + i] = code;
    }
    buf[at] = length << 1;
    tap.pos = at + 1 + length;
  }
}

/** True only for ASCII text, byte for byte. */
function sameText(text: string, buf: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== buf[start + i]) {
      return false;
    }
  }
  return true;
}

/** Of the length, the ends and the middle: ids differ in their last digits. */
function hash(buf: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length < 4) {
    let sum = length;
    for (let i = start; i < end; i++) {
      sum = Math.imul(sum, 31) + byte(buf, i);
    }
    return sum;
  }
  const ends = byte(buf, end - 1) | (byte(buf, end - 2) << 8) | (byte(buf, end - 3) << 16) | (byte(buf, start) << 24);
  const mixed = Math.imul(ends, 0x9e3779b1) ^ Math.imul(length + byte(buf, start + (length >> 1)), 0x85ebca6b);
  return mixed ^ (mixed >>> 16);
}

function byte(buf: Buffer, index: number): number {
  return buf[index] ?? 0;
}

/** Branches 0 and 1 as they are written. */
const isNull = 0;
const isValue = 2;

/** `["null", X]`: no search for the branch that fits. */
export class Nullable extends avro.types.UnwrappedUnionType {
  override _read(tap: Tap): unknown {
    const branch = tap.buf[tap.pos++];
    if (branch === isNull) {
      return null;
    }
    if (branch !== isValue) {
      throw new RangeError('neither null nor a value');
    }
    return this.types[1]?._read(tap);
  }

  override _write(tap: Tap, value: unknown): void {
    if (value === null) {
      tap.buf[tap.pos++] = isNull;
    } else {
      tap.buf[tap.pos++] = isValue;
      this.types[1]?._write(tap, value);
    }
  }
}
