import avro, { type Schema, type Type } from 'avsc';
import { AvroError } from './error.ts';
import { compile } from './type.ts';

/**
 * Why `reader` cannot read what `writer` wrote, in words; `undefined` when it can (BACKWARD compatibility).
 * @throws AvroError INVALID_SCHEMA
 */
export function incompatibility(readerSchema: Schema, writerSchema: Schema): string | undefined {
  const reader = compile(readerSchema);
  const writer = compile(writerSchema);
  return readable(reader, writer) ? undefined : reasons(reader, writer, '').join('; ');
}

/** The refusal of a schema that cannot read what `version` of its subject wrote. */
export function incompatible(subject: string, version: number, reason: string): AvroError {
  const what = `${subject}: the new schema cannot read what version ${version} wrote`;
  return new AvroError('INCOMPATIBLE', `${what}: ${reason}. Nothing was registered.`);
}

function readable(reader: Type, writer: Type): boolean {
  try {
    reader.createResolver(writer);
    return true;
  } catch {
    return false; // Why is what reasons() finds out.
  }
}

/** Descends to where the two part ways. */
function reasons(reader: Type, writer: Type, path: string): readonly string[] {
  const { EnumType, RecordType, UnwrappedUnionType } = avro.types;
  if (reader instanceof RecordType && writer instanceof RecordType) {
    const found = reader.fields.flatMap((field) => {
      const where = path === '' ? field.name : `${path}.${field.name}`;
      const written = writer.fields.find(({ name }) => name === field.name || field.aliases.includes(name));
      if (written !== undefined) {
        return readable(field.type, written.type) ? [] : reasons(field.type, written.type, where);
      }
      return field.defaultValue() === undefined ? [`field ${where} is new and has no default`] : [];
    });
    return found.length > 0
      ? found
      : [`${at(path)} was called ${writer.name} and is now ${reader.name}, without an alias`];
  }
  if (reader instanceof EnumType && writer instanceof EnumType && reader.name === writer.name) {
    const gone = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
    return [`${at(path)} no longer has ${gone.join(', ')}, and the enum has no default`];
  }
  if (writer instanceof UnwrappedUnionType) {
    const lost = writer.types.filter((branch) => !readable(reader, branch)).map(describe);
    return [`${at(path)} may hold ${lost.join(' or ')}, which ${describe(reader)} cannot`];
  }
  return [`${at(path)} was ${describe(writer)}, which cannot be read as ${describe(reader)}`];
}

function at(path: string): string {
  return path === '' ? 'the record' : `field ${path}`;
}

function describe(type: Type): string {
  if (type instanceof avro.types.UnwrappedUnionType) {
    return type.types.map(describe).join(' or ');
  }
  if (type instanceof avro.types.ArrayType) {
    return `array of ${describe(type.itemsType)}`;
  }
  return type.name === undefined ? type.typeName.replace('logical:', '') : `${type.typeName} ${type.name}`;
}
