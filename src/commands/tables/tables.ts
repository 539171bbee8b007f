/** The tables that the sinks fill, as commands read and change them, in whatever database they are. */
import type { Replacement } from '../../../connectors/sinks/replacement.ts';

export type SqlParameter = string | number;
/** Whole numbers that a double cannot hold are bigints. */
export type Row = Readonly<Record<string, unknown>>;

export interface Selected {
  readonly names: readonly string[];
  /** In the order of `names`; two may have one name. */
  readonly rows: AsyncIterable<readonly unknown[]>;
}

export interface Tables extends AsyncDisposable {
  /** Where they are, for people. */
  readonly place: string;
  rows(sql: string, ...values: readonly SqlParameter[]): Promise<readonly Row[]>;
  /** One statement of a user's, that may only read. @throws NoStatementError, NotReadingError, UnknownNameError, and what the database says */
  select(sql: string): Promise<Selected>;
  /** Changes all or nothing. */
  change(
    work: (run: (sql: string, ...values: readonly SqlParameter[]) => Promise<void>) => Promise<void>,
  ): Promise<void>;
  /** Puts rows of other topics in the place of a shop's, and positions with them, in one transaction. Gives the number of records written. @throws SinkError, and then nothing has changed */
  replace(shop: string, replacements: readonly Replacement[]): Promise<number>;
}

export class NoTablesError extends Error {
  override readonly name = 'NoTablesError';
}

export class NoStatementError extends Error {
  override readonly name = 'NoStatementError';
}

export class UnknownNameError extends Error {
  override readonly name = 'UnknownNameError';
}

export class NotReadingError extends Error {
  override readonly name = 'NotReadingError';
}

export const onlyReads = 'ebb query only reads: give it a select';

/** A statement without what says nothing: comments at the start, spaces and semicolons. */
export function bare(sql: string): string {
  return sql.replace(/^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))+/, '').trimEnd();
}
