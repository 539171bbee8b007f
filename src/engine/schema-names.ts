import type { Schema } from 'avsc';

/** An Avro schema as it is written: its JSON, not yet checked. `definedOnce` and the registry check it. */
export type SchemaJson = string | object;

type Json = Schema | readonly Json[] | { readonly [key: string]: unknown } | string;

const named = new Set(['record', 'enum', 'fixed', 'error']);

/**
 * The same schema with every named type defined once: its later definitions become references. Lets schemas be put
 * together from parts that share types (two sides of a join that carry the same record).
 */
export function definedOnce(schema: SchemaJson): Schema {
  const seen = new Set<string>();
  function walk(part: Json, namespace: string): unknown {
    if (typeof part === 'string') return part.includes('.') || !isReference(part) ? part : fullName(part, namespace);
    if (Array.isArray(part)) return part.map((branch) => walk(branch, namespace));
    const object = part as { readonly [key: string]: unknown };
    const { type } = object;
    if (typeof type !== 'string')
      return type === undefined ? object : { ...object, type: walk(type as Json, namespace) };
    if (type === 'array') return { ...object, items: walk(object.items as Json, namespace) };
    if (type === 'map') return { ...object, values: walk(object.values as Json, namespace) };
    if (!named.has(type)) return object;
    const name = fullName(String(object.name), typeof object.namespace === 'string' ? object.namespace : namespace);
    if (seen.has(name)) return name;
    seen.add(name);
    const inner = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
    if (!Array.isArray(object.fields)) return object;
    const fields = object.fields.map((field: { type: Json }) => ({ ...field, type: walk(field.type, inner) }));
    return { ...object, fields };
  }
  return walk(schema as Json, '') as Schema;
}

const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);

function isReference(name: string): boolean {
  return !primitives.has(name);
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}
