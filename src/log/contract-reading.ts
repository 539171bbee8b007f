import { describe, expect, test } from 'vitest';
import {
  allOf,
  appendOf,
  eventually,
  expectCode,
  member,
  pause,
  recordsOf,
  type Subject,
  textOf,
  textsOf,
  topicOf,
} from './contract-harness.ts';
import type { Batch, NewRecord, Packed } from './log.ts';

const megabyte = 1024 * 1024;

function unpacked({ bytes, keyAt, keyEnd, valueAt, valueEnd }: Packed): Pick<NewRecord, 'key' | 'value'> {
  const part = (start: number, end: number) => (start < 0 ? null : bytes.subarray(start, end));
  return { key: part(keyAt, keyEnd), value: part(valueAt, valueEnd) };
}

export function readingContract(subject: Subject): void {
  describe('appending and reading', () => {
    test('keeps the order within a partition, with offsets that rise', async () => {
      const { log } = subject();
      await log.create([topicOf('t', 2)]);
      const texts = Array.from({ length: 2_500 }, (_, i) => `k${i % 10}=${i}`);
      for (let i = 0; i < texts.length; i += 250) {
        await log.append([appendOf('t', 0, ...texts.slice(i, i + 250)), appendOf('t', 1, `other=${i}`)]);
      }
      const records = await recordsOf(log, 't', { partition: 0 });
      expect(records.map(textOf)).toEqual(texts);
      for (const [i, { offset }] of records.entries())
        if (i > 0) expect(offset).toBeGreaterThan(records[i - 1]?.offset ?? 0);
    });

    test('keeps the order of appends that were not waited for', async () => {
      const { log } = subject();
      await log.create([topicOf('t')]);
      const texts = Array.from({ length: 20 }, (_, i) => `k=${i}`);
      await Promise.all(texts.map((text) => log.append([appendOf('t', 0, text)])));
      expect(await textsOf(log, 't')).toEqual(texts);
    });

    test('gives back keys, values and headers as they were, null and empty ones too', async () => {
      const { log } = subject();
      await log.create([topicOf('t')]);
      const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const records: NewRecord[] = [
        { key: null, value: null },
        { key: Buffer.alloc(0), value: Buffer.alloc(0) },
        { key: all, value: Buffer.concat(Array.from({ length: 300 }, () => all)) },
        { key: Buffer.from('größe'), value: Buffer.from('v'), headers: { 'ebb-tick': Buffer.alloc(0), größe: all } },
        { key: Buffer.from('after'), value: null, headers: { h: Buffer.from('x') } },
      ];
      await log.append([{ topic: 't', partition: 0, records }]);
      const read = await recordsOf(log, 't');
      expect(read.map(({ key, value }) => ({ key, value }))).toEqual(records.map(({ key, value }) => ({ key, value })));
      expect(read.map(({ headers }) => Object.entries(headers ?? {}))).toEqual(
        records.map(({ headers }) => Object.entries(headers ?? {})),
      );
      for (const { key, value, packed } of read)
        if (packed !== undefined) expect(unpacked(packed)).toEqual({ key, value });
    });

    test('appends to several topics, or to none', async () => {
      const { log } = subject();
      await log.create([topicOf('a'), topicOf('b')]);
      await expectCode(log.append([appendOf('a', 0, 'k=1'), appendOf('unknown', 0, 'k=1')]), 'UNKNOWN_TOPIC');
      expect(await recordsOf(log, 'a')).toEqual([]);
      await log.append([appendOf('a', 0, 'k=2'), appendOf('b', 0, 'k=2')]);
      expect(await textsOf(log, 'a')).toEqual(['k=2']);
      expect(await textsOf(log, 'b')).toEqual(['k=2']);
    });

    test('refuses a record that is too large, with everything that came with it', async () => {
      const { log } = subject();
      await log.create([topicOf('t')]);
      const large = { key: null, value: Buffer.alloc(17 * megabyte) };
      const append = { topic: 't', partition: 0, records: [{ key: null, value: Buffer.from('v') }, large] };
      await expectCode(log.append([append]), 'TOO_LARGE');
      expect(await recordsOf(log, 't')).toEqual([]);
    });

    test('reads on from an offset, and says how far it is to the end', async () => {
      const { log } = subject();
      await log.create([topicOf('t')]);
      await log.append([appendOf('t', 0, 'a=1', 'b=2', 'c=3')]);
      const [, second] = await recordsOf(log, 't');
      const from = { offset: second?.offset ?? -1 };
      const [batch, ...others] = await allOf(log.read({ topic: 't', partition: 0, from, to: 'end' }));
      expect(others).toEqual([]);
      expect(batch).toMatchObject({ topic: 't', partition: 0 });
      expect(batch?.records.map(textOf)).toEqual(['b=2', 'c=3']);
      const following = { offset: batch?.next ?? -1 };
      expect(await recordsOf(log, 't', { partition: 0, from: following })).toEqual([]);
      await log.append([appendOf('t', 0, 'd=4')]);
      expect(await textsOf(log, 't', { partition: 0, from: following })).toEqual(['d=4']);
    });

    test('reads all partitions, in order within each', async () => {
      const { log } = subject();
      await log.create([topicOf('t', 3)]);
      for (let i = 0; i < 12; i++) await log.append([appendOf('t', i % 3, `p${i % 3}=${i}`)]);
      const texts = await textsOf(log, 't');
      for (const p of [0, 1, 2]) {
        const own = texts.filter((text) => text.startsWith(`p${p}`));
        expect(own).toEqual([p, p + 3, p + 6, p + 9].map((i) => `p${p}=${i}`));
      }
    });

    test('stops at the end as it was, while others go on writing', async () => {
      const { log, another } = subject();
      const writer = await another();
      await log.create([topicOf('t')]);
      for (let i = 0; i < 5; i++) await writer.append([appendOf('t', 0, `k=${i}`)]);
      const texts: string[] = [];
      for await (const batch of log.read({ topic: 't', from: 'start', to: 'end' })) {
        texts.push(...batch.records.map(textOf));
        await writer.append([appendOf('t', 0, 'late=1')]);
      }
      expect(texts).toEqual(['k=0', 'k=1', 'k=2', 'k=3', 'k=4']);
    });

    test('waits for what others write, from the end on, until it is told to stop', async () => {
      const { log, another } = subject();
      const writer = await another();
      await log.create([topicOf('t', 2)]);
      await log.append([appendOf('t', 0, 'before=1')]);
      const controller = new AbortController();
      const texts: string[] = [];
      const reading = (async () => {
        for await (const batch of log.read({ topic: 't', from: 'end', signal: controller.signal })) {
          texts.push(...batch.records.map(textOf));
        }
      })();
      await pause(50);
      await writer.append([appendOf('t', 1, 'a=1')]);
      await eventually(() => (texts.length === 1 ? true : undefined));
      await log.append([appendOf('t', 0, 'b=2')]);
      await eventually(() => (texts.length === 2 ? true : undefined));
      controller.abort();
      await reading;
      expect(texts).toEqual(['a=1', 'b=2']);
    });

    test('comes to the end of what a transaction left, be it no record', async () => {
      const { log } = subject();
      await log.create([topicOf('t'), topicOf('in')]);
      const one = member(log, 'g', ['in']);
      await (await one.own(0)).commit({ appends: [appendOf('t', 0, 'a=1')], positions: {} });
      // Marks come behind the commit.
      await eventually(async () => ((await textsOf(log, 't')).length === 1 ? true : undefined));
      const [{ offsets } = { offsets: [] }] = (await log.topics()).filter(({ name }) => name === 't');
      const [{ end } = { end: 0 }] = offsets;
      const from = { offset: end - 1 };
      const controller = new AbortController();
      for await (const { next } of log.read({ topic: 't', partition: 0, from, signal: controller.signal })) {
        expect(next).toBe(end);
        break;
      }
      await one.leave();
    });

    test('does not begin when it has been told to stop', async () => {
      const { log } = subject();
      await log.create([topicOf('t')]);
      await log.append([appendOf('t', 0, 'k=1')]);
      expect(await recordsOf(log, 't', { signal: AbortSignal.abort() })).toEqual([]);
    });

    test('fetches no more than it is asked for, however slow the reader', async () => {
      const { log } = subject();
      await log.create([topicOf('t')]);
      const records = Array.from({ length: 16 }, () => ({ key: null, value: Buffer.alloc(megabyte / 4, 1) }));
      for (let i = 0; i < 16; i++) await log.append([{ topic: 't', partition: 0, records }]);
      const controller = new AbortController();
      const batches = log.read({ topic: 't', from: 'start', signal: controller.signal })[Symbol.asyncIterator]();
      const before = process.memoryUsage().arrayBuffers;
      const first = await batches.next();
      await pause(100);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(24 * megabyte);
      expect(first.done).toBe(false);
      controller.abort();
      await batches.return?.();
    });

    test('is atomic for readers: what is in one topic is in the other', async () => {
      const { log, another } = subject();
      const reader = await another();
      await log.create([topicOf('a'), topicOf('b')]);
      let writing = true;
      const writes = (async () => {
        for (let i = 0; i < 60; i++) await log.append([appendOf('a', 0, `k=${i}`), appendOf('b', 0, `k=${i}`)]);
        writing = false;
      })();
      while (writing) {
        const inB = await recordsOf(reader, 'b');
        const inA = await recordsOf(reader, 'a');
        expect(inA.length).toBeGreaterThanOrEqual(inB.length);
      }
      await writes;
      expect(await recordsOf(reader, 'b')).toHaveLength(60);
    });

    test('is over when the log is closed', async () => {
      const { another, log } = subject();
      await log.create([topicOf('t')]);
      const other = await another();
      const batches: Batch[] = [];
      const reading = (async () => {
        for await (const batch of other.read({ topic: 't', from: 'start' })) batches.push(batch);
      })();
      const outcome = expectCode(reading, 'CLOSED');
      await pause(20);
      await other[Symbol.asyncDispose]();
      await outcome;
      await expectCode(other.append([appendOf('t', 0, 'k=1')]), 'CLOSED');
      await expectCode(other.topics(), 'CLOSED');
      expect(await recordsOf(log, 't')).toEqual([]);
    });
  });
}
