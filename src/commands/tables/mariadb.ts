import { once } from 'node:events';
import { createConnection, type FieldInfo, type SqlError, type TypeCastFunction } from 'mariadb';
import { mariadbError } from '../../../connectors/sinks/mariadb-error.ts';
import { type MariadbLogin, patientOptions, placeOf } from '../../../connectors/sinks/mariadb-login.ts';
import { replaceRows } from '../../../connectors/sinks/mariadb-replace.ts';
import { bare, NotReadingError, onlyReads, type Row, type Tables, UnknownNameError } from './tables.ts';

/** A transaction that only reads does not keep tables from being dropped: that ends it, and goes on. */
const reading = /^\(*\s*(select|with|values|show|describe|desc|explain)\b/i;
const noSuchTable = 1146;
const noSuchColumn = 1054;
const readOnly = 1792;

/** The tables in MariaDB; `undefined` while nobody has made them. @throws SinkError */
export async function openMariadbTables(login: MariadbLogin): Promise<Tables | undefined> {
  const place = placeOf(login);
  const connection = await translated(place, () => createConnection({ ...patientOptions(login), typeCast }));
  const found = await connection.query("show tables like 'sink_positions'");
  if (found.length === 0) {
    await connection.end();
    return undefined;
  }
  return {
    place,
    rows: (sql, ...values) => translated(place, () => connection.query<readonly Row[]>(sql, [...values])),
    async select(sql) {
      if (!reading.test(bare(sql))) throw new NotReadingError(onlyReads);
      try {
        await connection.query('start transaction read only');
        const stream = connection.queryStream({ sql, rowsAsArray: true });
        const [fields]: readonly (readonly FieldInfo[])[] = await once(stream, 'fields');
        return { names: (fields ?? []).map((field) => field.name()), rows: stream };
      } catch (error) {
        throw await explained(error, async () =>
          (await connection.query<readonly Row[]>('show tables')).map((row) => String(Object.values(row)[0])),
        );
      }
    },
    async change(work) {
      await translated(place, async () => {
        await connection.beginTransaction();
        try {
          await work(async (sql, ...values) => {
            await connection.query(sql, [...values]);
          });
          await connection.commit();
        } catch (error) {
          await connection.rollback().catch(() => connection.destroy());
          throw error;
        }
      });
    },
    replace: (shop, replacements) => replaceRows(login, shop, replacements),
    async [Symbol.asyncDispose]() {
      // What is still being read is not waited for.
      connection.destroy();
    },
  };
}

/** Sums and means are decimals there: whole ones as whole numbers, others as the nearest double, as SQLite has them. */
const typeCast: TypeCastFunction = (field, next) => {
  if (field.type !== 'NEWDECIMAL' && field.type !== 'DECIMAL') return next();
  const text = field.string();
  if (text === null) return null;
  return text.includes('.') ? Number(text) : BigInt(text);
};

async function translated<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw mariadbError(place, error);
  }
}

async function explained(error: unknown, tables: () => Promise<readonly string[]>): Promise<unknown> {
  if (!isSqlError(error)) return error;
  const said = error.sqlMessage ?? error.message;
  if (error.errno === readOnly) return new NotReadingError(onlyReads, { cause: error });
  if (error.errno === noSuchTable)
    return new UnknownNameError(`${said}. The tables are ${(await tables()).join(', ')}.`, { cause: error });
  if (error.errno === noSuchColumn)
    return new UnknownNameError(`${said}. \`ebb query "describe TABLE"\` lists a table's.`, { cause: error });
  return new UnknownNameError(said, { cause: error });
}

function isSqlError(error: unknown): error is SqlError {
  return error instanceof Error && 'errno' in error;
}
