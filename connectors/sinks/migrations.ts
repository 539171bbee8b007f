/** The numbered scripts that make the tables, the same for SQLite and MariaDB: sql/migrations. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

export interface Migration {
  /** From 1, with no gap; the order in which they are applied. */
  readonly number: number;
  /** Of its file: `0001-tables.sql`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text, in hex. */
  readonly checksum: string;
}

const scripts = new URL('../../sql/migrations/', import.meta.url);

/** @throws RangeError when the numbers in `folder` have a gap, or one twice */
export function migrations(folder: URL = scripts): readonly Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => {
    const number = Number(/^(\d{4})-/.exec(name)?.[1]);
    if (number !== index + 1)
      throw new RangeError(`migration ${name}: its name must begin with ${String(index + 1).padStart(4, '0')}-`);
    // A checkout may have other ends of lines.
    const sql = readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n');
    return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}
