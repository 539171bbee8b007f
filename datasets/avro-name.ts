/** Column names as Avro field names, and back: what is not a letter, digit or underscore becomes `_x<hex>_`. */

const escaped = /_x([0-9a-f]+)_/g;
const known = new Map<string, string>();

/**
 * The field that holds a column. A name that is legal stays; one that begins with a digit or an underscore has that
 * character escaped, so no column meets the envelope's `_row`, `_file`, `_time`, `_error`, `_line`; so has a name that every
 * JavaScript object has.
 */
export function columnName(column: string): string {
  let name = known.get(column);
  if (name === undefined) {
    name = column
      .replace(/_(?=x[0-9a-f]+[^A-Za-z0-9])/g, hex)
      .replace(/[^A-Za-z0-9_]/gu, hex)
      .replace(/^(?:[0-9]|_(?!x[0-9a-f]+_))/, hex);
    if (name in Object.prototype) name = hex(name.charAt(0)) + name.slice(1);
    if (known.size < 10_000) known.set(column, name);
  }
  return name;
}

function hex(character: string): string {
  return `_x${character.codePointAt(0)?.toString(16) ?? ''}_`;
}

/** The column that a field holds. */
export function columnOf(field: string): string {
  return field.replace(escaped, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}
