import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendOf, eventually, member, recordsOf, textOf, textsOf, topicOf } from './contract-harness.ts';
import { type EmbeddedLog, openEmbeddedLog } from './embedded.ts';

let directory: string;
let path: string;
let log: EmbeddedLog;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ebb-log-'));
  path = join(directory, 'log.db');
});

afterEach(async () => {
  await log[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

test('the file and what is read at a restore stay small while keys are written over and over', async () => {
  log = await openEmbeddedLog({ path });
  await log.create([topicOf('state', 1, 'compact')]);
  const keys = 2_000;
  const latest = new Map<string, string>();
  for (let commit = 0; commit < 150; commit++) {
    const records = Array.from({ length: 500 }, (_, i) => {
      const key = `k${(commit * 997 + i * 13) % keys}`;
      const value = `${commit}.${i}`.padEnd(300, '.');
      latest.set(key, value);
      return { key: Buffer.from(key), value: Buffer.from(value) };
    });
    await log.append([{ topic: 'state', partition: 0, records }]);
  }
  const restored = await recordsOf(log, 'state');
  const state = new Map(restored.map(({ key, value }) => [`${key}`, `${value}`]));
  expect(state).toEqual(latest);
  expect(restored.length).toBeLessThan(10 * keys);
  const [file, wal] = await Promise.all([stat(path), stat(`${path}-wal`)]);
  expect(file.size).toBeLessThan(10_000_000);
  expect(wal.size).toBeLessThan(20_000_000);
});

test('old tombstones are dropped with what they deleted, young ones are kept', async () => {
  log = await openEmbeddedLog({ path });
  await log.create([topicOf('t', 1, 'compact')]);
  for (const text of ['a=1', 'b=1', 'a', 'end=1']) await log.append([appendOf('t', 0, text)]);
  await log.compact();
  expect(await textsOf(log, 't')).toEqual(['b=1', 'a', 'end=1']);
  await log[Symbol.asyncDispose]();
  log = await openEmbeddedLog({ path, tombstoneRetention: 0 });
  await log.append([appendOf('t', 0, 'end=2')]);
  await log.compact();
  expect(await textsOf(log, 't')).toEqual(['b=1', 'end=1', 'end=2']);
});

test('a tombstone that a group has not read yet is kept however old', async () => {
  log = await openEmbeddedLog({ path, tombstoneRetention: 0 });
  await log.create([topicOf('t', 1, 'compact')]);
  for (const text of ['a=1', 'a', 'b=1', 'b', 'end=1']) await log.append([appendOf('t', 0, text)]);
  const one = member(log, 'g', ['t']);
  await (await one.own(0)).commit({ appends: [], positions: { t: 3 } });
  await one.leave();
  await log.compact();
  expect(await textsOf(log, 't')).toEqual(['b', 'end=1']);
});

test('an append to a large partition of many small batches starts it, and it merges them', async () => {
  log = await openEmbeddedLog({ path });
  await log.create([topicOf('t', 1, 'compact')]);
  const append = (i: number) => log.append([appendOf('t', 0, `k${i % 5}=${'x'.repeat(5_000)}`)]);
  for (let i = 0; i < 220; i++) await append(i);
  await eventually(async () => ((await recordsOf(log, 't')).length < 50 ? true : undefined));
  expect(new Set((await recordsOf(log, 't')).map((record) => textOf(record).slice(0, 2))).size).toBe(5);
});
