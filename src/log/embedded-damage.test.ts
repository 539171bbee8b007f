import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allOf, appendOf, expectCode, recordsOf, textOf, textsOf, topicOf } from './contract-harness.ts';
import { openEmbeddedLog } from './embedded.ts';
import { type Batch, type Log, LogError } from './log.ts';

let directory: string;
let path: string;
let logs: Log[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ebb-log-'));
  path = join(directory, 'log.db');
  logs = [];
});

afterEach(async () => {
  for (const log of logs) await log[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

async function open(options: { readonly maxBytes?: number; readonly patience?: number } = {}): Promise<Log> {
  const log = await openEmbeddedLog({ path, ...options });
  logs.push(log);
  return log;
}

/** Reads until it fails. */
async function readUntilError(log: Log, topic: string): Promise<{ readonly read: string[]; readonly error: LogError }> {
  const read: string[] = [];
  try {
    for await (const batch of log.read({ topic, from: 'start', to: 'end' })) read.push(...batch.records.map(textOf));
  } catch (error) {
    if (error instanceof LogError) return { read, error };
    throw error;
  }
  throw new Error('it could all be read');
}

function megabyte(): Batch['records'][number] {
  return { offset: 0, key: null, value: Buffer.alloc(1_000_000, 7) };
}

test('a damaged batch is CORRUPT and named; what is before, behind and beside it can be read', async () => {
  const log = await open();
  await log.create([topicOf('t', 2)]);
  for (const i of [0, 1, 2]) await log.append([appendOf('t', 0, `a=${i}`, `b=${i}`), appendOf('t', 1, `c=${i}`)]);
  const vandal = new DatabaseSync(path);
  const spoilt = "CAST(substr(data, 1, length(data) - 1) || '!' AS BLOB)";
  vandal.exec(`UPDATE batches SET data = ${spoilt} WHERE partition = 0 AND base = 2`);
  vandal.close();
  const { read, error } = await readUntilError(log, 't');
  expect(error.code).toBe('CORRUPT');
  expect(error.message).toContain('topic t, partition 0, offsets 2 to 3');
  expect(read.filter((text) => !text.startsWith('c'))).toEqual(['a=0', 'b=0']);
  expect(await textsOf(log, 't', { partition: 0, from: { offset: 4 } })).toEqual(['a=2', 'b=2']);
  expect(await textsOf(log, 't', { partition: 1 })).toEqual(['c=0', 'c=1', 'c=2']);
  await log.append([appendOf('t', 0, 'a=3')]);
  expect(await textsOf(log, 't', { partition: 0, from: { offset: 6 } })).toEqual(['a=3']);
});

test('a torn file is CORRUPT where it is torn, and readable before', async () => {
  const log = await open();
  await log.create([topicOf('t', 1), topicOf('other', 1)]);
  await log.append([appendOf('other', 0, 'k=1'), appendOf('t', 0, 'first=1')]);
  for (let i = 0; i < 8; i++) await log.append([{ topic: 't', partition: 0, records: [megabyte()] }]);
  await log[Symbol.asyncDispose]();
  await truncate(path, (await stat(path)).size - 1_500_000);
  const torn = await open();
  const { read, error } = await readUntilError(torn, 't');
  expect(error.code).toBe('CORRUPT');
  expect(error.message).toMatch(/topic t, partition 0, offsets \d+ to \d+/);
  expect(read.length).toBeGreaterThan(5);
  expect(await textsOf(torn, 'other')).toEqual(['k=1']);
  await expectCode(torn.append([appendOf('other', 0, 'k=2')]), 'CORRUPT');
  await expectCode(torn.create([topicOf('new')]), 'CORRUPT');
});

test('a file that is no database, or not a log, is CORRUPT and left as it was', async () => {
  await writeFile(path, 'customer,amount\n1,2\n'.repeat(200));
  const size = (await stat(path)).size;
  await expectCode(open(), 'CORRUPT');
  expect((await stat(path)).size).toBe(size);
  await rm(path);
  const other = new DatabaseSync(path);
  other.exec('CREATE TABLE invoices (id INTEGER)');
  other.close();
  await expectCode(open(), 'CORRUPT');
  const same = new DatabaseSync(path);
  expect(same.prepare('SELECT name FROM sqlite_schema').all()).toMatchObject([{ name: 'invoices' }]);
  same.close();
});

test('a file in a folder that is not there is UNAVAILABLE', async () => {
  await expectCode(openEmbeddedLog({ path: join(directory, 'nowhere', 'log.db') }), 'UNAVAILABLE');
});

test('a full disk is UNAVAILABLE, loses nothing, and works again when there is room', async () => {
  const log = await open({ maxBytes: 6_000_000 });
  await log.create([topicOf('t'), topicOf('filler')]);
  await log.append([{ topic: 'filler', partition: 0, records: [megabyte(), megabyte()] }]);
  let appended = 0;
  const fill = async (): Promise<void> => {
    for (;;) {
      await log.append([{ topic: 't', partition: 0, records: [megabyte()] }]);
      appended++;
    }
  };
  const outcome = await fill().catch((error: unknown) => error);
  expect(outcome).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('disk full') });
  expect(appended).toBeGreaterThan(1);
  expect(await recordsOf(log, 't')).toHaveLength(appended);
  await log.delete(['filler']);
  await log.append([{ topic: 't', partition: 0, records: [megabyte()] }]);
  expect(await recordsOf(log, 't')).toHaveLength(appended + 1);
});

test('a write that fails does not take others down that were asked for at the same time', async () => {
  const log = await open({ maxBytes: 4_000_000 });
  await log.create([topicOf('t')]);
  const large = { topic: 't', partition: 0, records: Array.from({ length: 8 }, megabyte) };
  const outcomes = await Promise.allSettled([
    log.append([appendOf('t', 0, 'a=1')]),
    log.append([large]),
    log.append([appendOf('unknown', 0, 'b=1')]),
    log.append([appendOf('t', 0, 'c=1')]),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(await textsOf(log, 't')).toEqual(['a=1', 'c=1']);
});

test('a lock that another process never lets go is UNAVAILABLE in the end; reading goes on', async () => {
  const log = await open({ patience: 50 });
  await log.create([topicOf('t')]);
  await log.append([appendOf('t', 0, 'k=1')]);
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  await expectCode(log.append([appendOf('t', 0, 'k=2')]), 'UNAVAILABLE');
  expect(await textsOf(log, 't')).toEqual(['k=1']);
  other.exec('ROLLBACK');
  other.close();
  await log.append([appendOf('t', 0, 'k=3')]);
  expect(await textsOf(log, 't')).toEqual(['k=1', 'k=3']);
});

test('the room of deleted topics is used again', async () => {
  const log = await open();
  for (let round = 0; round < 4; round++) {
    await log.create([topicOf('t')]);
    for (let i = 0; i < 4; i++) await log.append([{ topic: 't', partition: 0, records: [megabyte()] }]);
    await log.delete(['t']);
  }
  await log[Symbol.asyncDispose]();
  expect((await stat(path)).size).toBeLessThan(6_000_000);
});

test('a log may live in memory alone', async () => {
  const log = await openEmbeddedLog({ path: ':memory:' });
  await log.create([topicOf('t')]);
  await log.append([appendOf('t', 0, 'k=1')]);
  expect((await allOf(log.read({ topic: 't', from: 'start', to: 'end' }))).length).toBe(1);
  await log[Symbol.asyncDispose]();
});
