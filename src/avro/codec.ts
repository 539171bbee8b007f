/** Bytes of one type: encoding into slabs, decoding what any version of the schema wrote. */
import avro, { type Schema, type Type } from 'avsc';
import { Tap } from 'avsc/lib/utils.js';
import { AvroError } from './error.ts';
import { frameLength, schemaIdOf, writeFrame } from './frame.ts';
import { compile } from './type.ts';

const slabLength = 256 * 1024;
/** Shared by all codecs, as nothing here waits. A slab is never written twice: what was returned stays as it is. */
let slab = Buffer.allocUnsafeSlow(slabLength);
let used = 0;

const longestPreview = 80;

/** Frames and encodes `value`. @throws AvroError INVALID_VALUE */
export function encode(type: Type, id: number, value: unknown): Buffer {
  try {
    let end = type.encode(value, slab, used + frameLength);
    if (end < 0) {
      const length = slab.length - used - end;
      if (length > slabLength / 2) {
        const own = Buffer.allocUnsafeSlow(length);
        writeFrame(own, 0, id);
        type.encode(value, own, frameLength);
        return own;
      }
      slab = Buffer.allocUnsafeSlow(slabLength);
      used = 0;
      end = type.encode(value, slab, frameLength);
    }
    writeFrame(slab, used, id);
    const bytes = slab.subarray(used, end);
    used = end;
    return bytes;
  } catch (cause) {
    throw invalidValue(type, value, cause);
  }
}

/** Reads what a writer's schema wrote in the shape of a reader's, from `start` to `end`: all of the bytes when absent. */
export type Decode = (bytes: Buffer, start?: number, end?: number) => unknown;

/** Shared by all decoders, as nothing here waits: one for each value would be garbage. */
const tap = new Tap(Buffer.alloc(0), 0);

/** @throws AvroError INCOMPATIBLE when `reader` cannot read `writer`; INVALID_SCHEMA */
export function decoder(reader: Type, writerSchema: Schema): Decode {
  const writer = compile(writerSchema);
  const source = reader.equals(writer) ? reader : resolve(reader, writer);
  return (bytes, start = 0, end = bytes.length) => {
    tap.buf = bytes;
    tap.pos = start + frameLength;
    let value: unknown;
    try {
      value = source._read(tap);
    } catch (cause) {
      throw unreadable(writer, bytes.subarray(start, end), messageOf(cause), cause);
    }
    if (tap.pos !== end) {
      const why = tap.pos > end ? 'they end early' : `${end - tap.pos} bytes are left over`;
      throw unreadable(writer, bytes.subarray(start, end), why);
    }
    return value;
  };
}

function resolve(reader: Type, writer: Type) {
  try {
    return reader.createResolver(writer);
  } catch (cause) {
    throw new AvroError('INCOMPATIBLE', `${nameOf(reader)} cannot read ${nameOf(writer)}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function unreadable(writer: Type, bytes: Buffer, reason: string, cause?: unknown): AvroError {
  const what = `${bytes.length} bytes, framed as ${nameOf(writer)} with schema id ${schemaIdOf(bytes)}`;
  return new AvroError('UNREADABLE', `${what}, do not read as such: ${reason}`, { cause });
}

function invalidValue(type: Type, value: unknown, cause: unknown): AvroError {
  const misfits: string[] = [];
  type.isValid(value, {
    errorHook: (path, found, expected) => {
      const where = path.length === 0 ? 'the value' : path.join('.');
      misfits.push(`${where} is ${preview(found)}, not ${describe(expected)}`);
    },
  });
  const reason = misfits.length === 0 ? messageOf(cause) : misfits.join('; ');
  return new AvroError('INVALID_VALUE', `not a ${nameOf(type)}: ${reason}`, { cause });
}

/** Short, and never a failure of its own: a value may be anything. */
function preview(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > longestPreview ? `${value.slice(0, longestPreview)}…` : value);
    case 'object':
      return value === null
        ? 'null'
        : Array.isArray(value)
          ? `a list of ${value.length}`
          : Object.prototype.toString.call(value);
    case 'bigint':
      return `${value}n`;
    default:
      return String(value);
  }
}

function describe(type: Type): string {
  if (type instanceof avro.types.UnwrappedUnionType) {
    return type.types.map(describe).join(' or ');
  }
  if (type instanceof avro.types.EnumType) {
    return `one of ${type.symbols.join(', ')}`;
  }
  return type.typeName === 'long' ? 'a long within ±2^53' : type.typeName.replace('logical:', '');
}

function nameOf(type: Type): string {
  return type.name ?? type.typeName;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
