/** avsc's strings and nullable unions, made faster: records here are mostly short repeated strings and nulls. Hot path: bench/codec.ts. */
import avro from 'avsc';
import { longestShort, shortText } from './short-text.ts';
import type { Tap } from './tap.ts';

export class FastString extends avro.types.StringType {
  override _read(tap: Tap): string {
    const { buf, pos: at } = tap;
    const first = buf[at];
    if (first === undefined || (first & 0x81) !== 0 || first > longestShort << 1) {
      return tap.readString();
    }
    const length = first >> 1;
    const start = at + 1;
    const end = start + length;
    if (end > buf.length) {
      return tap.readString();
    }
    tap.pos = end;
    return shortText(buf, start, end);
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
