/** Both sinks with a year of a shop's events, without log and decoding. The ceiling is the plainest way to the same disk. */

import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openFileSink } from '../connectors/sinks/files.ts';
import { openSqliteSink } from '../connectors/sinks/sqlite.ts';
import { type SqlValue, tableOf } from '../connectors/sinks/tables.ts';
import { measure } from './measure.ts';
import { batches, parts, rows } from './sink-batches.ts';
import { printTable, type Row } from './table.ts';

async function benchSinks(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-bench-sinks-'));
  try {
    const making = await measure(() => () => {
      let made = 0;
      for (const { records } of batches(10_000)) made += records.length;
      return made;
    });
    const inserting = await measure(() => () => insertAlone(join(folder, 'bare.db')));
    const lines = await measure(() => () => writeLines(join(folder, 'lines.json')));
    await using sqlite = openSqliteSink({ path: join(folder, 'shop.db'), shop: 'uci' });
    const table: Row[] = [
      { what: 'making the records (in all of these)', measured: making },
      { what: 'SQLite table without keys, alone', measured: inserting, ceiling: inserting },
      {
        what: 'sqlite, ecommerce_events',
        ceiling: inserting,
        measured: await measure(() => async () => {
          const taken = await Promise.all(parts.map((partition) => sqlite.take({ topic: 'events', partition })));
          for (const batch of batches(sqlite.limits.records)) await taken[batch.partition]?.write(batch);
          return rows;
        }),
      },
      { what: 'one file of JSON lines, alone', measured: lines, ceiling: lines },
    ];
    for (const format of ['parquet', 'avro'] as const) {
      const dir = join(folder, format);
      await using files = openFileSink({ dir, shop: 'uci', format });
      const measured = await measure(() => async () => {
        for (const batch of batches(files.limits.records)) await files.put(batch, false);
        return rows;
      });
      const names = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith(format));
      table.push({ what: `files, ${format}`, measured, ceiling: lines, beside: `${names.length} files, synced` });
    }
    printTable('sinks', table, 'ceiling: the two that say alone');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same rows into a table of the same columns, without keys, positions and checks. */
function insertAlone(path: string): number {
  const table = tableOf('events');
  if (table === undefined) throw new Error('events have no table');
  const { columns } = table;
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; CREATE TABLE bare (${columns.join(', ')})`);
  const insert = database.prepare(`INSERT INTO bare VALUES (${columns.map(() => '?').join(', ')})`);
  const row: SqlValue[] = [];
  for (const { records } of batches(10_000)) {
    database.exec('BEGIN');
    for (const { value } of records) {
      table.fill(row, 0, 'uci', value ?? {});
      insert.run(...row);
    }
    database.exec('COMMIT');
  }
  database.close();
  return rows;
}

async function writeLines(path: string): Promise<number> {
  await using file = await open(path, 'w');
  for (const { records } of batches(10_000))
    await file.write(records.map(({ value }) => `${JSON.stringify(value)}\n`).join(''));
  await file.sync();
  return rows;
}

await benchSinks();
