import type { Schema } from 'avsc';

const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);
const named = new Set(['record', 'error', 'enum', 'fixed']);
const order = [
  'name',
  'type',
  'logicalType',
  'fields',
  'symbols',
  'items',
  'values',
  'size',
  'default',
  'order',
  'aliases',
];
type Json = Readonly<Record<string, unknown>>;

/**
 * The one form of a schema: full names, no `doc`, no spelling that changes nothing (`{ "type": "string" }`), keys in one
 * order. Unlike Avro's parsing canonical form it keeps what changes meaning here: logical types, defaults, aliases and
 * our own attributes. Two schemas are the same when their normalised JSON is equal.
 */
export function normalise(schema: Schema): Schema {
  return normalType(JSON.parse(JSON.stringify(schema)), '') as Schema;
}

function normalType(schema: unknown, namespace: string): unknown {
  if (typeof schema === 'string') {
    return primitives.has(schema) ? schema : fullName(schema, namespace);
  }
  if (Array.isArray(schema)) {
    return schema.map((branch) => normalType(branch, namespace));
  }
  if (typeof schema !== 'object' || schema === null) {
    return schema;
  }
  const { doc: _doc, namespace: stated, ...rest } = schema as Json;
  if (typeof rest.type !== 'string') {
    return rest.type === undefined ? inOrder(rest) : withType(rest, normalType(rest.type, namespace));
  }
  switch (rest.type) {
    case 'array':
      return inOrder({ ...rest, items: normalType(rest.items, namespace) });
    case 'map':
      return inOrder({ ...rest, values: normalType(rest.values, namespace) });
  }
  if (!named.has(rest.type) || typeof rest.name !== 'string') {
    return withType(rest, normalType(rest.type, namespace));
  }
  const name = fullName(rest.name, typeof stated === 'string' ? stated : namespace);
  const inside = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const aliases = Array.isArray(rest.aliases) ? { aliases: rest.aliases.map((a) => fullName(String(a), inside)) } : {};
  const fields = Array.isArray(rest.fields) ? { fields: rest.fields.map((f) => normalField(f, inside)) } : {};
  return inOrder({ ...rest, name, ...aliases, ...fields });
}

function normalField(field: unknown, namespace: string): unknown {
  if (typeof field !== 'object' || field === null) {
    return field;
  }
  const { doc: _doc, ...rest } = field as Json;
  return inOrder({ ...rest, type: normalType(rest.type, namespace) });
}

/** `{ type: X }` that says nothing more is X. */
function withType(rest: Json, type: unknown): unknown {
  return Object.keys(rest).length === 1 ? type : inOrder({ ...rest, type });
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function inOrder(json: Json): Json {
  const known = order.filter((key) => key in json);
  const others = Object.keys(json).filter((key) => !order.includes(key));
  return Object.fromEntries([...known, ...others.sort()].map((key) => [key, json[key]]));
}
