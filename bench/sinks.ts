/** Both sinks with a year of a shop's events, without log and decoding. The ceiling is the plainest way to the same disk. */

import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openFileSink } from '../connectors/sinks/files.ts';
import type { SinkBatch, SinkRecord } from '../connectors/sinks/sink.ts';
import { openSqliteSink } from '../connectors/sinks/sqlite.ts';
import { type SqlValue, tableOf } from '../connectors/sinks/tables.ts';
import { type Event, eventSchema } from '../schemas/generated.ts';
import { measure } from './measure.ts';
import { printTable, type Row } from './table.ts';

/** As UCI's online retail: rows, days and partitions. */
const rows = 541_909;
const days = 305;
const partitions = 4;
const parts = Array.from({ length: partitions }, (_, partition) => partition);

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

/** All partitions side by side, as a log gives them. */
function* batches(size: number): Generator<SinkBatch> {
  const mine = Math.ceil(rows / partitions);
  for (let first = 0; first < mine; first += size) {
    const next = Math.min(mine, first + size);
    for (const partition of parts) {
      const records = Array.from({ length: next - first }, (_, index) => record(partition, first + index, mine));
      yield { topic: 'events', partition, first, next, records, refused: [], schema: eventSchema };
    }
  }
}

function record(partition: number, offset: number, of: number): SinkRecord {
  const row = offset * partitions + partition;
  const value = {
    eventId: `online-retail-0123456789ab-${row}`,
    customerId: row % 4 === 0 ? null : `${12_000 + (row % 4_372)}`,
    kind: 'PURCHASE',
    time: Date.UTC(2011, 0, 1) + Math.floor((offset / of) * days * 86_400_000),
    orderId: `${536_365 + Math.floor(row / 21)}`,
    product: `${20_000 + ((row * 31) % 4_070)}`,
    category: `category ${(row * 7) % 30}`,
    unitPrice: 255,
    quantity: 6,
    amount: 1_530,
    currency: 'GBP',
    paymentMethod: null,
    gender: null,
    age: null,
    country: 'United Kingdom',
    returned: null,
    localDate: '2011-01-01',
    localHour: 8,
    dataset: 'online-retail',
    file: '0123456789ab',
    row,
  } satisfies Event;
  return { offset, key: value.customerId, value: { ...value } };
}

await benchSinks();
