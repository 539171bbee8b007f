import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { sinkContract } from './contract.ts';

sinkContract('sqlite', async (folder) => {
  const database = new DatabaseSync(join(folder, 'tables.db'));
  try {
    return database
      .prepare('select event_id as id from ecommerce_events')
      .all()
      .map((row) => String(row.id));
  } finally {
    database.close();
  }
});

sinkContract('files', async (folder) => {
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    const sql = `select eventId as id from read_parquet('${join(folder, 'files')}/demo/events/*/*.parquet')`;
    return (await connection.runAndReadAll(sql)).getRowObjects().map((row) => String(row.id));
  } finally {
    connection.closeSync();
  }
});
