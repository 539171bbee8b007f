/** TypeScript source for Avro record schemas: pure, so that the drift test and the script share it. */

type Json = Readonly<Record<string, unknown>>;

interface Declarations {
  /** Name → source, so that a name used by several schemas is declared once. */
  readonly byName: Map<string, string>;
}

/**
 * The TypeScript module for `schemas` (Avro records, as parsed JSON), in the given order: an interface or string-literal
 * union per named type, and a constant `<name>Schema` per schema. `import` is the path of `topic.ts`, as the module sees it.
 * @throws TypeError for what has no TypeScript form, and for two types that share a name but differ
 */
export function typesOf(schemas: readonly unknown[], topicModule: string): string {
  const declarations: Declarations = { byName: new Map() };
  const constants: string[] = [];
  for (const schema of schemas) {
    const record = asJson(schema);
    if (record.type !== 'record') {
      throw new TypeError(`schema ${String(record.name)}: only records are topics' schemas`);
    }
    const name = typeOf(record, declarations);
    constants.push(
      `${docOf(record, '')}export const ${constantName(name)}: RecordSchema = ${JSON.stringify(schema, null, 2)};`,
    );
  }
  return [
    '// Generated from schemas/*.avsc by `npm run generate-types`: change the schema, not this file.',
    `import type { RecordSchema } from '${topicModule}';`,
    ...declarations.byName.values(),
    ...constants,
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

/** `CategoryPartial` → `categoryPartialSchema`. */
export function constantName(recordName: string): string {
  return `${recordName.charAt(0).toLowerCase()}${recordName.slice(1)}Schema`;
}

/** The TypeScript type of `schema`; named types are declared on the way. */
function typeOf(schema: unknown, declarations: Declarations): string {
  if (typeof schema === 'string') {
    return primitive(schema) ?? nameOf(schema);
  }
  if (Array.isArray(schema)) {
    const branches = schema.map((branch) => typeOf(branch, declarations));
    return [...branches.filter((branch) => branch !== 'null'), ...branches.filter((branch) => branch === 'null')].join(
      ' | ',
    );
  }
  const json = asJson(schema);
  switch (json.type) {
    case 'record':
      return declare(json, declarations, () => interfaceOf(json, declarations));
    case 'enum':
      return declare(json, declarations, () => {
        const symbols = asArray(json.symbols).map((symbol) => `'${String(symbol)}'`);
        return `${docOf(json, '')}export type ${nameOf(String(json.name))} = ${symbols.join(' | ')};`;
      });
    case 'fixed':
      return 'Buffer';
    case 'map':
      return `Readonly<Record<string, ${typeOf(json.values, declarations)}>>`;
    case 'array':
      return arrayOf(json, declarations);
    default:
      return typeOf(json.type, declarations);
  }
}

function arrayOf(json: Json, declarations: Declarations): string {
  if (json.logicalType === 'set') {
    return `ReadonlySet<${typeOf(json.items, declarations)}>`;
  }
  if (json.logicalType === 'counts') {
    return 'ReadonlyMap<string, number>';
  }
  const items = typeOf(json.items, declarations);
  return `readonly ${items.includes('|') ? `(${items})` : items}[]`;
}

function interfaceOf(json: Json, declarations: Declarations): string {
  const fields = asArray(json.fields).map((value) => {
    const field = asJson(value);
    return `${docOf(field, '  ')}  readonly ${String(field.name)}: ${typeOf(field.type, declarations)};`;
  });
  return [`${docOf(json, '')}export interface ${nameOf(String(json.name))} {`, ...fields, '}'].join('\n');
}

function declare(json: Json, declarations: Declarations, source: () => string): string {
  const name = nameOf(String(json.name));
  const made = source();
  const known = declarations.byName.get(name);
  if (known !== undefined && known !== made) {
    throw new TypeError(`two schemas declare ${name} and differ: give one of them another name`);
  }
  declarations.byName.set(name, made);
  return name;
}

function primitive(name: string): string | undefined {
  switch (name) {
    case 'null':
    case 'boolean':
    case 'string':
      return name;
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return 'number';
    case 'bytes':
      return 'Buffer';
    default:
      return undefined;
  }
}

/** Without its namespace. */
function nameOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function docOf(json: Json, indent: string): string {
  return typeof json.doc === 'string' ? `${indent}/** ${json.doc.replaceAll('*/', '*\\/')} */\n` : '';
}

function asJson(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`not an Avro schema: ${JSON.stringify(value)}`);
  }
  return value as Json;
}

function asArray(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`not an Avro schema: ${JSON.stringify(value)} should be a list`);
  }
  return value;
}
