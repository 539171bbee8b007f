import { constants, type DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Command } from 'commander';
import { configOf } from './command.ts';
import { openTables } from './tables-database.ts';
import { table } from './terminal.ts';
import { pathsOf } from './workplace.ts';

export function queryCommand(program: Command): void {
  program
    .command('query')
    .description('read the tables with SQL (SQLite; read only)')
    .argument('<sql>')
    .option('--data <dir>', 'directory of the log, tables and files (default .ebb)')
    .option('--json', 'one JSON array of row objects')
    .addHelpText(
      'after',
      '\nExamples:\n  ebb query "select kind, count(*) as n from ecommerce_events group by kind"\n  ebb query "select name, sql from sqlite_schema where type = \'table\'" --json',
    )
    .action((sql: string, flags: { readonly data?: string; readonly json?: boolean }) => {
      const tables = openTables(pathsOf(configOf({ ...flags })).tables);
      // A read-only connection refuses to write the tables, but not to write other files (vacuum into).
      tables.setAuthorizer((action) => (reading.has(action) ? constants.SQLITE_OK : constants.SQLITE_DENY));
      try {
        const statement = onlyStatement(tables, sql);
        statement.setReadBigInts(true);
        // By place: two columns may have one name.
        statement.setReturnArrays(true);
        const names = statement.columns().map(({ name }) => name);
        if (flags.json === true) {
          printJson(names, rowsOf(statement));
        } else {
          const rows = [...rowsOf(statement)].map((row) => row.map(cell));
          console.log(table(names, rows));
          console.error(`${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`);
        }
      } catch (error) {
        if (error instanceof Error && /^(not authorized|authorization denied)$/.test(error.message))
          throw new NotReadingError('ebb query only reads: give it a select', { cause: error });
        throw withWhatThereIs(tables, sql, error);
      } finally {
        tables.close();
      }
    });
}

const reading = new Set([
  constants.SQLITE_SELECT,
  constants.SQLITE_READ,
  constants.SQLITE_FUNCTION,
  constants.SQLITE_RECURSIVE,
  constants.SQLITE_PRAGMA,
]);

export class NoStatementError extends Error {
  override readonly name = 'NoStatementError';
}

export class SameNameError extends Error {
  override readonly name = 'SameNameError';
}

export class UnknownNameError extends Error {
  override readonly name = 'UnknownNameError';
}

export class NotReadingError extends Error {
  override readonly name = 'NotReadingError';
}

/** An error about a name, with the names that there are. */
function withWhatThereIs(tables: DatabaseSync, sql: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [, what] = /^no such (column|table): /.exec(error.message) ?? [];
  if (what === undefined) return error;
  const names = tables
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
    .all()
    .map(({ name }) => String(name));
  const meant = names.filter((name) => sql.toLowerCase().includes(name));
  const columns = (table: string): string =>
    tables
      .prepare('select name from pragma_table_info(?)')
      .all(table)
      .map(({ name }) => String(name))
      .join(', ');
  const there =
    what === 'table'
      ? `The tables are ${names.join(', ')}.`
      : meant.map((table) => `${table} has ${columns(table)}.`).join(' ');
  return new UnknownNameError(`${error.message}. ${there}`, { cause: error });
}

function onlyStatement(tables: DatabaseSync, sql: string): StatementSync {
  if (bare(sql) === '') throw new NoStatementError('there is no statement to run: give a select');
  const statement = tables.prepare(sql);
  const rest = bare(sql.slice(statement.sourceSQL.length));
  if (rest !== '') throw new NoStatementError(`ebb query runs one statement, and this is a second one: ${rest}`);
  return statement;
}

/** Without what says nothing: comments at the start, spaces and semicolons. */
function bare(sql: string): string {
  return sql.replace(/^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))+/, '').trimEnd();
}

/** Rows as arrays, which is what a statement gives that was asked to. */
function* rowsOf(statement: StatementSync): Iterable<readonly unknown[]> {
  const rows: Iterable<unknown> = statement.iterate();
  for (const row of rows) if (Array.isArray(row)) yield row;
}

/** Streams, so that a table larger than memory can be piped. */
function printJson(names: readonly string[], rows: Iterable<readonly unknown[]>): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    throw new SameNameError(`two columns are called ${twice}, and an object holds one: name them apart with \`as\``);
  let separator = '[';
  for (const row of rows) {
    process.stdout.write(
      `${separator}${JSON.stringify(Object.fromEntries(names.map((name, index) => [name, plain(row[index])])))}`,
    );
    separator = ',\n';
  }
  process.stdout.write(separator === '[' ? '[]\n' : ']\n');
}

/** Whole numbers that a double cannot hold stay exact as text; bytes become hex. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}

function cell(value: unknown): string {
  const shown = plain(value);
  return shown === null || shown === undefined ? '–' : String(shown);
}
