import type { Schema } from 'avsc';
import { AvroError } from '../avro/error.ts';

/** An Avro schema as it is written: its JSON, not yet checked. `definedOnce` and the registry check it. */
export type SchemaJson = string | object;

type Json = Schema | readonly Json[] | { readonly [key: string]: unknown } | string;

const named = new Set(['record', 'enum', 'fixed', 'error']);

/**
 * The same schema with every named type defined once: its later definitions become references. Lets schemas be put
 * together from parts that share types (two sides of a join that carry the same record).
 * @throws AvroError INVALID_SCHEMA when two different types have one name: the second would be read as the first
 */
export function definedOnce(schema: SchemaJson): Schema {
  const seen = new Map<string, string>();
  function walk(part: Json, namespace: string): unknown {
    if (typeof part === 'string') return part.includes('.') || !isReference(part) ? part : fullName(part, namespace);
    if (Array.isArray(part)) return part.map((branch) => walk(branch, namespace));
    const object = part as { readonly [key: string]: unknown };
    const { type } = object;
    if (typeof type !== 'string') {
      const inner = type === undefined ? undefined : walk(type as Json, namespace);
      // { type: { …, name: Unit } } the second time: a reference stands by itself.
      return inner === undefined ? object : typeof inner === 'string' ? inner : { ...object, type: inner };
    }
    if (type === 'array') return { ...object, items: walk(object.items as Json, namespace) };
    if (type === 'map') return { ...object, values: walk(object.values as Json, namespace) };
    if (!named.has(type)) return object;
    const name = fullName(String(object.name), typeof object.namespace === 'string' ? object.namespace : namespace);
    const shape = shapeOf(object);
    const known = seen.get(name);
    if (known === shape) return name;
    if (known !== undefined) {
      throw new AvroError('INVALID_SCHEMA', `two different types are called ${name}; give one of them a namespace`);
    }
    seen.set(name, shape);
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

/** What makes a named type, for comparing: namespaces and docs aside, types inside it by their names alone. */
function shapeOf(definition: { readonly [key: string]: unknown }): string {
  return JSON.stringify(definition, (key, value) => {
    if (key === 'doc' || key === 'namespace') return undefined;
    if (typeof value === 'string') return value.slice(value.lastIndexOf('.') + 1);
    return key !== '' && named.has(value?.type) && typeof value.name === 'string'
      ? value.name.slice(value.name.lastIndexOf('.') + 1)
      : value;
  });
}
