import type { DatabaseSync } from 'node:sqlite';
import { BIGINT, DOUBLE, type DuckDBConnection, DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';

const CHUNK = 2048;

/** One shop's rows of a SQLite table as a DuckDB table of the same name: DuckDB's own reader would have to be downloaded. */
export async function copyTable(
  database: DatabaseSync,
  duck: DuckDBConnection,
  table: string,
  shop: string,
): Promise<void> {
  const declared = database
    .prepare(`select name, type from pragma_table_info('${table}') where lower(type) not like '%blob'`)
    .all();
  const columns = declared.map(({ name, type }) => ({ name: String(name), type: typeOf(String(type)) }));
  await duck.run(`create table ${table} (${columns.map(({ name, type }) => `"${name}" ${type}`).join(', ')})`);
  const appender = await duck.createAppender(table);
  const rows = database.prepare(`select ${columns.map(({ name }) => name).join(', ')} from ${table} where shop = ?`);
  rows.setReturnArrays(true);
  rows.setReadBigInts(true);
  const types = columns.map(({ type }) => type);
  let gathered: (string | bigint | number | null)[][] = [];
  const write = (): void => {
    const chunk = DuckDBDataChunk.create(types, gathered.length);
    chunk.setRows(gathered);
    appender.appendDataChunk(chunk);
    gathered = [];
  };
  for (const row of rows.iterate(shop)) {
    if (!Array.isArray(row)) continue;
    gathered.push(row.map((value, column) => (types[column] === DOUBLE && value !== null ? Number(value) : value)));
    if (gathered.length === CHUNK) write();
  }
  write();
  appender.closeSync();
}

function typeOf(declared: string): typeof VARCHAR | typeof BIGINT | typeof DOUBLE {
  const type = declared.toLowerCase();
  if (type === 'double') return DOUBLE;
  return type === 'bigint' || type === 'integer' ? BIGINT : VARCHAR;
}
