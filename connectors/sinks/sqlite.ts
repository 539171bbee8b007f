import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { deleteSql, type RowStep, rowSteps } from './rows.ts';
import { type BatchLimits, type SinkBatch, SinkError, type TopicPartition, type TransactionalSink } from './sink.ts';
import { sqliteError } from './sqlite-error.ts';
import { migrateSqlite } from './sqlite-migrate.ts';
import { deadLetters, quoted, type SqlValue, type Table, tableFor } from './tables.ts';

export interface SqliteSinkOptions {
  /** The database file; made with its folders when missing. */
  readonly path: string;
  readonly shop: string;
  /** The file's greatest size, in pages of 8 KB; as large as the disk allows by default. */
  readonly pages?: number;
  readonly limits?: Partial<BatchLimits>;
}

/** One statement for many rows saves calls; beyond this the gain is gone. */
const rowsPerInsert = 20;

const pageBytes = 8_192;

/** How long a write waits for another process's, in this thread. Longer waits are the runner's, which does not block. */
const busyMilliseconds = 1_000;

/**
 * A shop's tables (sql/migrations) in a SQLite file, with rows and position in one transaction. Several processes and
 * shops may share the file.
 * @throws SinkError REFUSED when the file cannot be opened
 */
export function openSqliteSink({ path, shop, pages, limits }: SqliteSinkOptions): TransactionalSink {
  const database = attempt(path, () => openTablesFile(path, pages));
  const insert = inserter(database, shop);
  const positions = openPositions(database, shop);
  return {
    kind: 'transactional',
    name: 'sqlite',
    limits: { records: 10_000, bytes: 4 << 20, linger: 200, atOnce: 1, ...limits },
    schemaOf: (topic) => tableFor('sqlite', topic).schema,
    deletes: (topic) => tableFor('sqlite', topic).keyColumn !== undefined,
    async take(partition) {
      const table = tableFor('sqlite', partition.topic);
      const { epoch, position } = attempt(path, () => transact(database, () => positions.take(partition)));
      return {
        position: position === 0 ? undefined : position,
        async write(batch) {
          attempt(path, () =>
            transact(database, () => {
              const from = positions.of(batch, epoch);
              if (from < batch.next) {
                insert(table, batch, from);
                positions.move(batch, epoch, from);
              }
            }),
          );
        },
      };
    },
    async [Symbol.asyncDispose]() {
      database.close();
    },
  };
}

/** Opens the file, and makes it with its tables when it is missing. */
export function openTablesFile(path: string, pages?: number): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: busyMilliseconds });
  // NORMAL does not sync each commit: a power cut may undo the newest ones, but rows and position together, and the log
  // still has the records. What is there stays consistent.
  // Larger pages split less often; a database that is there keeps its own.
  database.exec(`pragma page_size = ${pageBytes}; pragma journal_mode = wal; pragma synchronous = normal`);
  // The key's pages are touched over and over: checkpoints are rare, and 8 MB of pages stay in memory. Each statement of
  // many rows keeps what it could have to undo, and that need not be a file.
  database.exec('pragma wal_autocheckpoint = 4000; pragma cache_size = -8000; pragma temp_store = memory');
  if (pages !== undefined) {
    database.exec(`pragma max_page_count = ${pages}`);
  }
  migrateSqlite(database);
  return database;
}

/** Writes the rows of a batch from an offset on, through statements that are prepared once per table. */
export function inserter(database: DatabaseSync, shop: string): (table: Table, batch: SinkBatch, from: number) => void {
  const writers = new Map<Table, (values: RowStep['write']) => void>();
  const writerOf = (table: Table) => {
    const writer = writers.get(table) ?? rowWriter(database, shop, table);
    writers.set(table, writer);
    return writer;
  };
  return (table, batch, from) => {
    const write = writerOf(table);
    for (const step of rowSteps(table, batch, from)) {
      write(step.write);
      if (step.remove !== undefined) {
        database.prepare(deleteSql(table, batch)).run(shop, step.remove);
      }
    }
    const refused = batch.refused.filter(({ offset }) => offset >= from);
    if (refused.length > 0) {
      writerOf(deadLetters)(refused.map((letter) => ({ ...letter })));
    }
  };
}

/** Hot: every row goes through here, `rowsPerInsert` at a time and the rest one by one. */
function rowWriter(database: DatabaseSync, shop: string, table: Table): (values: RowStep['write']) => void {
  const width = table.columns.length;
  const insertMany = database.prepare(replaceSql(table, rowsPerInsert));
  const insertOne = database.prepare(replaceSql(table, 1));
  const many = new Array<SqlValue>(width * rowsPerInsert);
  const one = new Array<SqlValue>(width);
  return (values) => {
    const whole = values.length - (values.length % rowsPerInsert);
    let row = 0;
    for (const value of values) {
      if (row < whole) {
        const place = row % rowsPerInsert;
        table.fill(many, place * width, shop, value);
        if (place === rowsPerInsert - 1) {
          insertMany.run(...many);
        }
      } else {
        table.fill(one, 0, shop, value);
        insertOne.run(...one);
      }
      row += 1;
    }
  };
}

/** `replace into` is the upsert that MariaDB and SQLite share. */
function replaceSql(table: Table, rows: number): string {
  const row = `(${table.columns.map(() => '?').join(', ')})`;
  return `replace into ${table.name} (${table.columns.map(quoted).join(', ')}) values ${new Array(rows).fill(row).join(', ')}`;
}

function openPositions(database: DatabaseSync, shop: string) {
  const take = database.prepare(
    `insert into sink_positions (sink, topic, topic_partition, owner_epoch, next_offset) values ('sqlite', ?, ?, 1, 0)
     on conflict (sink, topic, topic_partition) do update set owner_epoch = owner_epoch + 1
     returning owner_epoch as epoch, next_offset as position`,
  );
  const read = database.prepare(
    `select owner_epoch as epoch, next_offset as position from sink_positions
     where sink = 'sqlite' and topic = ? and topic_partition = ?`,
  );
  const move = database.prepare(
    `update sink_positions set next_offset = ?
     where sink = 'sqlite' and topic = ? and topic_partition = ? and owner_epoch = ? and next_offset = ?`,
  );
  const fenced = ({ topic, partition }: TopicPartition) =>
    new SinkError(
      'FENCED',
      `sqlite sink: ${shop}.${topic}/${partition} was taken over; nothing of the batch was written`,
    );
  return {
    take: ({ topic, partition }: TopicPartition) => positionRow(take.get(`${shop}.${topic}`, partition)),
    /** The stored position, while the owner is `epoch`. */
    of(taken: TopicPartition, epoch: number): number {
      const row = positionRow(read.get(`${shop}.${taken.topic}`, taken.partition));
      if (row.epoch !== epoch) {
        throw fenced(taken);
      }
      return row.position;
    },
    move(batch: SinkBatch, epoch: number, from: number): void {
      const { changes } = move.run(batch.next, `${shop}.${batch.topic}`, batch.partition, epoch, from);
      if (changes !== 1) {
        throw fenced(batch);
      }
    },
  };
}

function positionRow(row: Record<string, unknown> | undefined): { readonly epoch: number; readonly position: number } {
  // A row that is gone (the table was emptied) fences too: epoch 0 is nobody's.
  return { epoch: Number(row?.epoch ?? 0), position: Number(row?.position ?? 0) };
}

function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('begin immediate');
  try {
    const result = work();
    database.exec('commit');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some errors, a full disk among them.
    if (database.isTransaction) {
      database.exec('rollback');
    }
    throw error;
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw sqliteError(path, error);
  }
}
