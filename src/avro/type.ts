import avro, { type Schema, type Type } from 'avsc';
import { AvroError } from './error.ts';
import { FastString, Nullable } from './fast.ts';
import { CountsType, SetType, underlying } from './logical.ts';
import { ExactLong } from './long.ts';
import { StrictArray, StrictEnum, StrictMap } from './strict.ts';

const text = new FastString();
const long = new ExactLong();
const logicalTypes = { set: SetType, counts: CountsType };

/**
 * Compiles a schema. Unions are plain values (`null` or the value), `timestamp-millis` is a number, bytes are Buffers,
 * `set` and `counts` are a Set and a Map; attributes and logical types unknown to Avro are left alone.
 * @throws AvroError INVALID_SCHEMA
 */
export function compile(schema: Schema): Type {
  try {
    return avro.Type.forSchema(schema, {
      assertLogicalTypes: true,
      logicalTypes,
      omitRecordMethods: true,
      typeHook: ourType,
      wrapUnions: 'never',
    });
  } catch (cause) {
    const name = typeof schema === 'object' && 'name' in schema ? `schema ${schema.name}` : 'the schema';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AvroError('INVALID_SCHEMA', `${name} is not an Avro schema: ${reason}`, { cause });
  }
}

/** Called by avsc for every schema inside the schema; `undefined` leaves it to avsc. */
function ourType(schema: unknown, options: unknown): Type | undefined {
  if (schema === 'string') {
    return text;
  }
  if (schema === 'long') {
    return long;
  }
  if (Array.isArray(schema)) {
    return schema.length === 2 && schema[0] === 'null' ? new Nullable(schema, options) : undefined;
  }
  if (typeof schema !== 'object' || schema === null || !('type' in schema)) {
    return undefined;
  }
  const logical = 'logicalType' in schema && String(schema.logicalType) in logicalTypes && !(underlying in schema);
  switch (schema.type) {
    case 'string':
      return text;
    case 'long':
      return long;
    case 'array':
      return logical ? undefined : new StrictArray(schema as Schema, options);
    case 'map':
      return new StrictMap(schema as Schema, options);
    case 'enum':
      return new StrictEnum(schema as Schema, options);
    case 'record':
      refuseFieldNames(schema);
      return undefined;
    default:
      return undefined;
  }
}

/** avsc keeps fields in plain objects, where these names are always found. */
function refuseFieldNames(record: object): void {
  const fields = 'fields' in record && Array.isArray(record.fields) ? record.fields : [];
  for (const { name } of fields) {
    if (name in Object.prototype) {
      throw new TypeError(`a field cannot be called ${name}; ${name}_ can`);
    }
  }
}
