/** For tests: the fifteen views, and a database to read them from. */
import { readdirSync, readFileSync } from 'node:fs';

export type Cell = string | number | null;
export type Row = Record<string, unknown>;

/** Tables that are empty at first. */
export interface ViewsDatabase extends AsyncDisposable {
  insert(table: string, row: Readonly<Record<string, Cell>>): Promise<void>;
  /** Numbers come as numbers. */
  select(sql: string, values: Readonly<Record<string, Cell>>): Promise<Row[]>;
}

const folder = new URL('../../sql/views/', import.meta.url);

/** Names of their files, in order. */
export const views = readdirSync(folder).sort();

/** The text of the view whose file begins with the number. */
export function textOfView(number: string): string {
  const name = views.find((file) => file.startsWith(`${number}-`)) ?? number;
  return readFileSync(new URL(name, folder), 'utf8');
}
