/** The logical types `set` and `counts`: lists on the wire, a Set and a Map of counts in the program. */
import avro, { type Schema, type Type } from 'avsc';
import { FastString } from './fast.ts';
import { readLong, writeLong } from './long.ts';
import { blockSize } from './strict.ts';
import type { Tap } from './tap.ts';

const { LogicalType } = avro.types;
const text = new FastString();

/** Marks the list inside a logical type, so that it is not taken for the logical type again. */
export const underlying = Symbol('underlying');

function markUnderlying(schema: Schema): Schema {
  return Object.assign({}, schema, { [underlying]: true });
}

/** `{ "type": "array", "logicalType": "set", "items": "string" }` ↔ `ReadonlySet<string>`. */
export class SetType extends LogicalType {
  constructor(schema: Schema, options: unknown) {
    super(markUnderlying(schema), options);
    if (itemsOf(this.underlyingType)?.typeName !== 'string') {
      throw new TypeError(
        'the logical type set holds strings: {"type": "array", "logicalType": "set", "items": "string"}',
      );
    }
  }

  override _read(tap: Tap): Set<string> {
    const values = new Set<string>();
    for (let count = blockSize(tap); count > 0; count = blockSize(tap)) {
      for (let i = 0; i < count; i++) {
        values.add(text._read(tap));
      }
    }
    return values;
  }

  override _write(tap: Tap, value: unknown): void {
    if (!(value instanceof Set)) {
      throw new TypeError('not a Set');
    }
    if (value.size > 0) {
      tap.writeLong(value.size);
      for (const item of value) {
        text._write(tap, item);
      }
    }
    tap.writeLong(0);
  }

  protected override _fromValue(items: Iterable<string>): Set<string> {
    return new Set(items);
  }

  protected override _toValue(value: unknown): unknown[] | undefined {
    return value instanceof Set ? [...value] : undefined;
  }

  protected override _resolve(writer: Type): unknown {
    return writer instanceof SetType || itemsOf(writer)?.typeName === 'string' ? this._fromValue : undefined;
  }
}

/** `{ "type": "array", "logicalType": "counts", "items": a record of { key: string, count: long } }` ↔ `ReadonlyMap<string, number>`. */
export class CountsType extends LogicalType {
  constructor(schema: Schema, options: unknown) {
    super(markUnderlying(schema), options);
    if (!holdsCounts(this.underlyingType)) {
      throw new TypeError('the logical type counts holds records of { key: string, count: long }, in that order');
    }
  }

  override _read(tap: Tap): Map<string, number> {
    const values = new Map<string, number>();
    for (let size = blockSize(tap); size > 0; size = blockSize(tap)) {
      for (let i = 0; i < size; i++) {
        const key = text._read(tap);
        values.set(key, readLong(tap));
      }
    }
    return values;
  }

  override _write(tap: Tap, value: unknown): void {
    if (!(value instanceof Map)) {
      throw new TypeError('not a Map');
    }
    if (value.size > 0) {
      tap.writeLong(value.size);
      for (const [key, count] of value) {
        text._write(tap, key);
        writeLong(tap, count);
      }
    }
    tap.writeLong(0);
  }

  protected override _fromValue(
    items: Iterable<{ key: string; count: number }> | Map<string, number>,
  ): Map<string, number> {
    return items instanceof Map ? items : new Map(Array.from(items, ({ key, count }) => [key, count]));
  }

  protected override _toValue(value: unknown): unknown[] | undefined {
    return value instanceof Map ? Array.from(value, ([key, count]) => ({ key, count })) : undefined;
  }

  protected override _resolve(writer: Type): unknown {
    return writer instanceof CountsType || holdsCounts(writer) ? this._fromValue : undefined;
  }
}

function itemsOf(list: Type): Type | undefined {
  return list instanceof avro.types.ArrayType ? list.itemsType : undefined;
}

function holdsCounts(list: Type): boolean {
  const items = itemsOf(list);
  if (!(items instanceof avro.types.RecordType)) {
    return false;
  }
  const [key, count, ...rest] = items.fields;
  return (
    rest.length === 0 &&
    key?.name === 'key' &&
    key.type.typeName === 'string' &&
    count?.name === 'count' &&
    count.type.typeName === 'long'
  );
}
