/** avsc's lists, maps and enums, made safe against bytes and values that nobody vouches for. */
import avro, { type Schema } from 'avsc';
import type { Tap } from './tap.ts';

/** A corrupt count would otherwise be looped over, up to 2^53 times. Items of no bytes at all (`null`) are not lists' business. */
export function blockSize(tap: Tap): number {
  let count = tap.readLong();
  if (count < 0) {
    count = -count;
    tap.skipLong();
  }
  if (!(count <= tap.buf.length - tap.pos)) {
    throw new RangeError(`a list claims ${count} items, more than there are bytes`);
  }
  return count;
}

export class StrictArray extends avro.types.ArrayType {
  override _read(tap: Tap): unknown[] {
    const values: unknown[] = [];
    for (let count = blockSize(tap); count > 0; count = blockSize(tap)) {
      for (let i = 0; i < count; i++) {
        values.push(this.itemsType._read(tap));
      }
    }
    return values;
  }

  override _skip(tap: Tap): void {
    for (let count = blockSize(tap); count > 0; count = blockSize(tap)) {
      for (let i = 0; i < count; i++) {
        this.itemsType._skip(tap);
      }
    }
  }
}

export class StrictMap extends avro.types.MapType {
  override _read(tap: Tap): unknown {
    // Without a prototype, the key "__proto__" is a key.
    const values: Record<string, unknown> = Object.create(null);
    for (let count = blockSize(tap); count > 0; count = blockSize(tap)) {
      for (let i = 0; i < count; i++) {
        const key = tap.readString();
        values[key] = this.valuesType._read(tap);
      }
    }
    return values;
  }

  override _skip(tap: Tap): void {
    for (let count = blockSize(tap); count > 0; count = blockSize(tap)) {
      for (let i = 0; i < count; i++) {
        tap.skipString();
        this.valuesType._skip(tap);
      }
    }
  }
}

export class StrictEnum extends avro.types.EnumType {
  constructor(schema: Schema, options: unknown) {
    super(schema, options);
    // avsc looks symbols up in a plain object, where "constructor" is found and written as the first symbol.
    Object.setPrototypeOf(Reflect.get(this, '_indices'), null);
  }
}
