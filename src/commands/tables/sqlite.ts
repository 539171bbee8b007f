import { constants, DatabaseSync, type StatementSync } from 'node:sqlite';
import { replaceRows } from '../../../connectors/sinks/sqlite-replace.ts';
import {
  bare,
  NoStatementError,
  NotReadingError,
  onlyReads,
  type Row,
  type SqlParameter,
  type Tables,
  UnknownNameError,
} from './tables.ts';

/** ms to wait for another's write. */
const busy = { read: 5_000, write: 10_000 };

/** The tables in a SQLite file that is there. */
export function openSqliteTables(path: string): Tables {
  const tables = new DatabaseSync(path, { readOnly: true, timeout: busy.read });
  return {
    place: path,
    async rows(sql, ...values) {
      return rowsOf(tables, sql, values);
    },
    async select(sql) {
      // A read-only connection refuses to write the tables, but not to write other files (vacuum into).
      tables.setAuthorizer((action) => (reading.has(action) ? constants.SQLITE_OK : constants.SQLITE_DENY));
      try {
        const statement = onlyStatement(tables, sql);
        statement.setReadBigInts(true);
        // By place: two columns may have one name.
        statement.setReturnArrays(true);
        return { names: statement.columns().map(({ name }) => name), rows: arraysOf(tables, sql, statement) };
      } catch (error) {
        throw explained(tables, sql, error);
      }
    },
    async change(work) {
      const database = new DatabaseSync(path, { timeout: busy.write });
      try {
        database.exec('begin immediate');
        await work(async (sql, ...values) => {
          database.prepare(sql).run(...values);
        });
        database.exec('commit');
      } finally {
        // An open transaction is rolled back.
        database.close();
      }
    },
    replace: (shop, replacements) => replaceRows(path, shop, replacements),
    async [Symbol.asyncDispose]() {
      tables.close();
    },
  };
}

function rowsOf(tables: DatabaseSync, sql: string, values: readonly SqlParameter[]): readonly Row[] {
  return tables.prepare(sql).all(...values);
}

const reading = new Set([
  constants.SQLITE_SELECT,
  constants.SQLITE_READ,
  constants.SQLITE_FUNCTION,
  constants.SQLITE_RECURSIVE,
  constants.SQLITE_PRAGMA,
]);

function onlyStatement(tables: DatabaseSync, sql: string): StatementSync {
  const statement = tables.prepare(sql);
  const rest = bare(sql.slice(statement.sourceSQL.length));
  if (rest !== '') throw new NoStatementError(`ebb query runs one statement, and this is a second one: ${rest}`);
  return statement;
}

/** Rows as arrays, which is what a statement gives that was asked to. */
async function* arraysOf(
  tables: DatabaseSync,
  sql: string,
  statement: StatementSync,
): AsyncGenerator<readonly unknown[], void, undefined> {
  try {
    const rows: Iterable<unknown> = statement.iterate();
    for (const row of rows) if (Array.isArray(row)) yield row;
  } catch (error) {
    throw explained(tables, sql, error);
  }
}

/** An error about a name, with the names that there are; one about writing, as what it means here. */
function explained(tables: DatabaseSync, sql: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (/^(not authorized|authorization denied)$/.test(error.message))
    return new NotReadingError(onlyReads, { cause: error });
  const [, what] = /^no such (column|table): /.exec(error.message) ?? [];
  if (what === undefined) return error;
  const names = namesIn(
    tables,
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name",
  );
  const meant = names.filter((name) => sql.toLowerCase().includes(name));
  const columns = (table: string) => namesIn(tables, 'select name from pragma_table_info(?)', table).join(', ');
  const there =
    what === 'table'
      ? `The tables are ${names.join(', ')}.`
      : meant.map((table) => `${table} has ${columns(table)}.`).join(' ');
  return new UnknownNameError(`${error.message}. ${there}`, { cause: error });
}

function namesIn(tables: DatabaseSync, sql: string, ...values: readonly SqlParameter[]): readonly string[] {
  return rowsOf(tables, sql, values).map(({ name }) => String(name));
}
