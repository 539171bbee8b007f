/**
 * Longs, exactly: every safe integer, and an error beyond. avsc computes zigzag in floating point, where −2^52 − 1 is
 * written as, and read as, 2^52. Hot path: most longs are small, then come timestamps.
 */
import avro, { type Type } from 'avsc';
import type { Tap } from './tap.ts';

/** @throws RangeError when it is no safe integer */
export function readLong(tap: Tap): number {
  const { buf } = tap;
  const first = buf[tap.pos++] ?? 0;
  if (first < 0x80) {
    return (first >> 1) ^ -(first & 1);
  }
  let low = first & 0x7f;
  let byte = first;
  for (let shift = 7; shift < 28 && byte >= 0x80; shift += 7) {
    byte = buf[tap.pos++] ?? 0;
    low |= (byte & 0x7f) << shift;
  }
  let high = 0;
  for (let scale = 1; byte >= 0x80; scale *= 128) {
    byte = buf[tap.pos++] ?? 0;
    high += (byte & 0x7f) * scale;
  }
  // The sign is bit 0; 27 bits of the magnitude are in `low`.
  const magnitude = high * 0x8000000 + (low >>> 1);
  const value = (low & 1) === 0 ? magnitude : -magnitude - 1;
  if (!Number.isSafeInteger(value)) {
    throw new RangeError('they hold a long beyond ±2^53, which a number cannot hold exactly');
  }
  return value;
}

/** @throws TypeError when it is no safe integer */
export function writeLong(tap: Tap, value: unknown): void {
  if (!isLong(value)) {
    throw new TypeError('not a safe integer');
  }
  const { buf } = tap;
  const sign = value < 0 ? 1 : 0;
  let magnitude = value < 0 ? -1 - value : value;
  if (magnitude < 64) {
    buf[tap.pos++] = (magnitude << 1) | sign;
    return;
  }
  buf[tap.pos++] = 0x80 | ((magnitude % 64) << 1) | sign;
  magnitude = Math.floor(magnitude / 64);
  for (; magnitude > 0x7fffffff; magnitude = Math.floor(magnitude / 128)) {
    buf[tap.pos++] = 0x80 | (magnitude % 128);
  }
  let rest = magnitude | 0;
  for (; rest >= 0x80; rest >>= 7) {
    buf[tap.pos++] = 0x80 | (rest & 0x7f);
  }
  buf[tap.pos++] = rest;
}

function isLong(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

export class ExactLong extends avro.types.LongType {
  override _read(tap: Tap): number {
    return readLong(tap);
  }

  override _write(tap: Tap, value: unknown): void {
    writeLong(tap, value);
  }

  override _check(value: unknown, _flags: unknown, hook?: (value: unknown, type: Type) => void): boolean {
    const fits = isLong(value);
    if (!fits && hook !== undefined) {
      hook(value, this);
    }
    return fits;
  }
}
