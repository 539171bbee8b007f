/** Rows into MariaDB's tables, many at a time, and one that its table does not take out of the way of the others. */
import type { Connection } from 'mariadb';
import { badRow } from './mariadb-error.ts';
import { deleteSql, rowSteps } from './rows.ts';
import { type SinkBatch, SinkError } from './sink.ts';
import { deadLetters, quoted, type SqlValue, type Table } from './tables.ts';

type Value = Readonly<Record<string, unknown>>;

/** A value that its table does not take, and what MariaDB says about it. */
interface BadRow {
  readonly value: Value;
  readonly reason: string;
}

/**
 * Writes the rows of a batch from an offset on, and its dead letters, in the transaction of `connection`. A record whose row
 * does not fit becomes a dead letter, and the others are written.
 * @throws SinkError BAD_RECORD where the batch has no way to make dead letters
 */
export async function writeRows(
  connection: Connection,
  shop: string,
  table: Table,
  batch: SinkBatch,
  from: number,
): Promise<void> {
  const letters: Value[] = batch.refused.filter(({ offset }) => offset >= from).map((letter) => ({ ...letter }));
  for (const { write, remove } of rowSteps(table, batch, from)) {
    for (const bad of await upsert(connection, shop, table, write)) letters.push(letterOf(table, batch, bad));
    if (remove !== undefined) await connection.query(deleteSql(table, batch), [shop, remove]);
  }
  const [unkept] = await upsert(connection, shop, deadLetters, letters);
  if (unkept !== undefined)
    throw new SinkError('BAD_RECORD', `mariadb sink: a dead letter does not fit into its table: ${unkept.reason}`);
}

/** Writes all that the table takes, in order. Gives the others. */
async function upsert(
  connection: Connection,
  shop: string,
  table: Table,
  values: readonly Value[],
): Promise<readonly BadRow[]> {
  if (values.length === 0) return [];
  const reason = await attempt(
    connection,
    upsertSql(table),
    values.map((value) => rowOf(shop, table, value)),
  );
  if (reason === undefined) return [];
  const [first, ...others] = values;
  if (first !== undefined && others.length === 0) return [{ value: first, reason }];
  // Which one it is, the server does not say for certain.
  const middle = Math.ceil(values.length / 2);
  const before = await upsert(connection, shop, table, values.slice(0, middle));
  return [...before, ...(await upsert(connection, shop, table, values.slice(middle)))];
}

/** Writes all rows, or none and gives the reason. */
async function attempt(connection: Connection, sql: string, rows: SqlValue[][]): Promise<string | undefined> {
  await connection.query('savepoint before_rows');
  try {
    const results = [await connection.batch(sql, rows)].flat();
    if (results.every(({ warningStatus }) => warningStatus === 0)) return undefined;
    // Even in strict mode it shortens a text by blanks at its end, and only warns.
    const [warning] = await connection.query<readonly { readonly Message: string }[]>('show warnings');
    if (warning === undefined) return undefined;
    await connection.query('rollback to savepoint before_rows');
    return warning.Message;
  } catch (error) {
    const reason = badRow(error);
    if (reason === undefined) throw error;
    await connection.query('rollback to savepoint before_rows');
    return reason;
  }
}

/**
 * Hot. The client sends many rows as one only while each column keeps one type, and it chooses the type by the value: a long
 * is always a bigint therefore, and a double a text, which MariaDB reads to the same double.
 */
function rowOf(shop: string, table: Table, value: Value): SqlValue[] {
  const row = new Array<SqlValue>(table.columns.length);
  table.fill(row, 0, shop, value);
  for (const index of table.longs) {
    const number = row[index];
    if (typeof number === 'number') row[index] = BigInt(number);
  }
  for (const index of table.doubles) {
    const number = row[index];
    if (typeof number === 'number') row[index] = String(number);
  }
  return row;
}

function letterOf(table: Table, batch: SinkBatch, { value, reason }: BadRow): Value {
  const record = batch.records.find((one) => one.value === value);
  if (record === undefined || batch.letter === undefined)
    throw new SinkError(
      'BAD_RECORD',
      `mariadb sink: a record of ${batch.topic}/${batch.partition} does not fit into ${table.name}: ${reason}`,
    );
  return { ...batch.letter(record.offset, 'BAD_ROW', `${table.name}: ${reason}`) };
}

/** A row that is there is changed where it is, which its indexes notice less than if it went and came. */
function upsertSql({ name, columns }: Table): string {
  const places = columns.map(() => '?').join(', ');
  const names = columns.map(quoted);
  const changes = names.map((column) => `${column} = values(${column})`).join(', ');
  return `insert into ${name} (${names.join(', ')}) values (${places}) on duplicate key update ${changes}`;
}
