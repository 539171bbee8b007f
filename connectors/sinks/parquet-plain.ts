/** Values in Parquet's plain encoding. Hot: most values of every file come through here. */
import type { ParquetType } from 'hyparquet';
import type { ByteWriter } from 'hyparquet-writer';
import { writePlain } from 'hyparquet-writer/src/plain.js';

export function writePlainValues(page: ByteWriter, type: ParquetType, values: readonly unknown[]): void {
  if (type === 'INT64') {
    writeLongs(page, values);
  } else if (type === 'BYTE_ARRAY') {
    writeByteArrays(page, values);
  } else {
    writePlain(page, [...values], type, undefined);
  }
}

/** Half by half, as a bigint for each would be garbage; those that come as one are beyond what a number holds. */
function writeLongs(page: ByteWriter, values: readonly unknown[]): void {
  page.ensure(values.length * 8);
  const { view } = page;
  let at = page.index;
  for (const value of values) {
    if (typeof value === 'bigint') {
      view.setBigInt64(at, value, true);
      at += 8;
      continue;
    }
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      throw new TypeError(`${String(value)} is not a long within ±2^53`);
    }
    view.setInt32(at, value | 0, true);
    view.setInt32(at + 4, Math.floor(value / 0x1_0000_0000), true);
    at += 8;
  }
  moveTo(page, at);
}

function writeByteArrays(page: ByteWriter, values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'string') {
      writeText(page, value);
    } else if (value instanceof Uint8Array) {
      page.appendUint32(value.length);
      page.appendBytes(value);
    } else {
      throw new TypeError(`${String(value)} is neither text nor bytes`);
    }
  }
}

const encoder = new TextEncoder();
/** Longest text that is copied letter by letter: calling an encoder costs as much as so many letters. */
const short = 64;

function writeText(page: ByteWriter, text: string): void {
  const { length } = text;
  page.ensure(4 + length * 3);
  const { view } = page;
  const start = page.index + 4;
  if (length <= short) {
    let at = 0;
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) {
        break;
      }
      view.setUint8(start + at, code);
    }
    if (at === length) {
      view.setUint32(page.index, length, true);
      moveTo(page, start + length);
      return;
    }
  }
  const { written } = encoder.encodeInto(text, new Uint8Array(page.buffer, start, length * 3));
  view.setUint32(page.index, written, true);
  moveTo(page, start + written);
}

function moveTo(page: ByteWriter, index: number): void {
  page.offset += index - page.index;
  page.index = index;
}
