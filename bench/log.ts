/** The embedded log on a real file. The ceiling is SQLite alone: the same bytes as blobs, in the same commits. */

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openEmbeddedLog } from '../src/log/embedded.ts';
import type { Log, NewRecord } from '../src/log/log.ts';
import { measure } from './measure.ts';
import { megabytes, printTable } from './table.ts';

const perBatch = 1_000;
const batches = 500;
const perSmall = 5;
const smalls = 500;
const stateKeys = 20_000;
const large = 150 * perBatch;

async function benchLog(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'ebb-bench-log-'));
  try {
    const bare = openBare(join(directory, 'bare.db'));
    const path = join(directory, 'log.db');
    await using log = await openEmbeddedLog({ path });
    await log.create([
      { name: 'events', partitions: 1, cleanup: 'delete' },
      { name: 'small', partitions: 1, cleanup: 'delete' },
      { name: 'state', partitions: 1, cleanup: 'compact' },
    ]);
    const batch = Array.from({ length: perBatch }, (_, i) => record(`customer-${i}`));
    const rows = [
      {
        what: 'append, 1,000 × 150 B a commit',
        ceiling: await measure(() => () => bare.write('large', batches, large) * perBatch),
        measured: await measure(() => async () => {
          for (let i = 0; i < batches; i++) await log.append([{ topic: 'events', partition: 0, records: batch }]);
          return perBatch * batches;
        }),
      },
      {
        what: 'read to the end',
        ceiling: await measure(() => () => bare.read('large') * perBatch, 3),
        measured: await measure(() => () => count(log, 'events'), 3),
      },
      {
        what: 'append, 5 × 150 B a commit',
        ceiling: await measure(() => () => bare.write('small', smalls, 150 * perSmall) * perSmall),
        measured: await measure(() => async () => {
          const few = batch.slice(0, perSmall);
          for (let i = 0; i < smalls; i++) await log.append([{ topic: 'small', partition: 0, records: few }]);
          return perSmall * smalls;
        }),
      },
      {
        what: 'read what came in small commits',
        ceiling: await measure(() => () => bare.read('small') * perSmall, 3),
        measured: await measure(() => () => count(log, 'small'), 3),
      },
      {
        what: 'state of 20,000 keys, with its compaction',
        ceiling: await measure(() => () => bare.write('state', batches, large) * perBatch),
        measured: await measure(() => async () => {
          for (let i = 0; i < batches; i++) {
            const records = batch.map((_, j) => record(`customer-${(i * 7919 + j * 31) % stateKeys}`));
            await log.append([{ topic: 'state', partition: 0, records }]);
          }
          return perBatch * batches;
        }),
      },
      { what: 'restore that state', measured: await measure(() => () => count(log, 'state')) },
    ];
    const [file, wal] = await Promise.all([stat(path), stat(`${path}-wal`)]);
    const sizes = `the file has ${megabytes(file.size)}, its write-ahead log ${megabytes(wal.size)}`;
    printTable('log', rows, `ceiling: SQLite alone, the same bytes as blobs in the same commits; ${sizes}`);
    bare.close();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Blobs in a SQLite file with the log's own settings. */
function openBare(path: string) {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec('CREATE TABLE blobs (id INTEGER PRIMARY KEY, kind TEXT, data BLOB) STRICT');
  const insert = db.prepare('INSERT INTO blobs (kind, data) VALUES (?, ?)');
  const select = db.prepare('SELECT data FROM blobs WHERE kind = ?');
  return {
    write(kind: string, times: number, bytes: number): number {
      const data = Buffer.alloc(bytes, kind);
      for (let i = 0; i < times; i++) insert.run(kind, data);
      return times;
    },
    read: (kind: string): number => [...select.iterate(kind)].length,
    close: () => db.close(),
  };
}

function record(key: string): NewRecord {
  return { key: Buffer.from(key), value: Buffer.alloc(138, key) };
}

async function count(log: Log, topic: string): Promise<number> {
  let records = 0;
  for await (const batch of log.read({ topic, from: 'start', to: 'end' })) records += batch.records.length;
  return records;
}

await benchLog();
