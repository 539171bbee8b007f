/** The embedded log's SQLite file: its tables, and how it is opened, whole or torn. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { LogError } from './log.ts';
import { asLogError, isCorrupt, isSqliteError, patiently } from './sqlite-errors.ts';

const applicationId = 0x45626231;
const version = 1;
const pageSize = 4096;
/** Milliseconds for which SQLite may hold up the event loop to wait for a lock; longer waiting is `patiently`'s. */
const lockTimeout = 10;

/** Leases point to members and members to processes; a lease whose member is gone is free. Offsets `next` and `end` are exclusive. */
const tables = `
  CREATE TABLE topics (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, partitions INTEGER NOT NULL, cleanup TEXT NOT NULL
  ) STRICT;
  CREATE TABLE partitions (
    topic INTEGER, partition INTEGER, end INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
    clean_to INTEGER NOT NULL DEFAULT 0, clean_bytes INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (topic, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE batches (
    id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, partition INTEGER NOT NULL, base INTEGER NOT NULL,
    next INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX batches_by_next ON batches (topic, partition, next);
  CREATE TABLE positions (
    member_group TEXT, topic INTEGER, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (member_group, topic, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE groups (name TEXT PRIMARY KEY, generation INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE processes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT NOT NULL, pid INTEGER NOT NULL, born TEXT NOT NULL,
    beat INTEGER NOT NULL, timeout INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE members (
    id INTEGER PRIMARY KEY AUTOINCREMENT, member_group TEXT NOT NULL, process INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE leases (
    member_group TEXT, partition INTEGER, member INTEGER, epoch INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (member_group, partition)
  ) STRICT, WITHOUT ROWID;
`;

export interface FileOptions {
  readonly path: string;
  /** The file may not grow beyond this; writing more is UNAVAILABLE ("disk full"). */
  readonly maxBytes?: number | undefined;
}

export interface LogFile {
  readonly db: DatabaseSync;
  /** The end of the file is missing. It can be read as far as it goes; every write fails with this. */
  readonly torn: LogError | undefined;
}

/** Opens the file and makes its tables if it is new. @throws LogError CORRUPT when it is something else or damaged, UNAVAILABLE */
export async function openFile(options: FileOptions, patience: number): Promise<LogFile> {
  const { path } = options;
  try {
    return { db: await patiently(() => openWhole(options), patience), torn: undefined };
  } catch (error) {
    const missing = isCorrupt(error) ? missingBytes(path) : 0;
    if (missing <= 0) throw asLogError(error, `opening the log ${path}`);
    return { db: openTorn(path), torn: tornError(path, missing) };
  }
}

function openWhole({ path, maxBytes }: FileOptions): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: lockTimeout });
  try {
    prepare(db, path);
    if (maxBytes !== undefined) db.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / pageSize)}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite opens a file that is shorter than its header says only with `writable_schema`; read-only, because new pages would take the place of lost ones. */
function openTorn(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: lockTimeout, defensive: false });
  db.exec('PRAGMA writable_schema = ON');
  return db;
}

function missingBytes(path: string): number {
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  readSync(file, header, 0, header.length, 0);
  closeSync(file);
  return header.readUInt32BE(28) * pageSize - statSync(path).size;
}

function tornError(path: string, missing: number): LogError {
  const what = `The log ${path} is torn: ${missing} bytes are missing at its end.`;
  return new LogError(
    'CORRUPT',
    `${what} It can still be read, as far as it goes, but not written: read out what you need, then begin anew.`,
  );
}

function prepare(db: DatabaseSync, path: string): void {
  // Before anything is written: a file that is something else stays as it was.
  const kind = pragma(db, 'application_id');
  const found = pragma(db, 'user_version');
  const foreign = kind !== applicationId && (kind !== 0 || found !== 0 || count(db, 'sqlite_schema') > 0);
  if (foreign) throw new LogError('CORRUPT', `${path} is a SQLite file, but not a log of Ebb. It was left as it is.`);
  if (found > version) {
    throw new LogError(
      'CORRUPT',
      `${path} has form ${found} of the log; this version of Ebb knows ${version}. Use a newer one.`,
    );
  }
  db.exec(`PRAGMA page_size = ${pageSize}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
  db.exec(`PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = ${walLimit}`);
  if (found === version) return;
  db.exec('BEGIN IMMEDIATE');
  if (pragma(db, 'user_version') === 0) {
    db.exec(`${tables} PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`);
  }
  db.exec('COMMIT');
}

function pragma(db: DatabaseSync, name: string): number {
  return integer(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function count(db: DatabaseSync, table: string): number {
  return integer(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
}

/** Bytes from which on the write-ahead log is cut back by force. */
const walLimit = 64 * 1024 * 1024;

/**
 * SQLite copies the write-ahead log into the file after commits by itself, but can start it over only at an instant
 * when nobody else reads or writes; with many processes that instant may never come. Then this makes it come.
 */
export function boundWal(db: DatabaseSync, path: string): void {
  const size = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= walLimit) return;
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    // Nothing is lost by a longer write-ahead log: the next call tries again.
    if (!isSqliteError(error)) throw error;
  }
}

export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value === 'number') return value;
  throw new LogError('CORRUPT', `The log's file holds ${String(value)} where a whole number belongs.`);
}

export function text(value: SQLOutputValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new LogError('CORRUPT', `The log's file holds ${String(value)} where a text belongs.`);
}

export function bytes(value: SQLOutputValue | undefined): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new LogError('CORRUPT', `The log's file holds ${String(value)} where bytes belong.`);
}
