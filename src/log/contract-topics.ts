import { describe, expect, test } from 'vitest';
import {
  allOf,
  appendOf,
  expectCode,
  member,
  recordsOf,
  type Subject,
  textOf,
  textsOf,
  topicOf,
} from './contract-harness.ts';
import type { LogRecord } from './log.ts';

export function topicContract(subject: Subject): void {
  describe('topics', () => {
    test('are listed by name with their offsets', async () => {
      const { log } = subject();
      await log.create([topicOf('shop.b', 2), topicOf('shop.a', 1, 'compact')]);
      await log.append([appendOf('shop.b', 1, 'k=1', 'k=2')]);
      const [a, b, ...others] = await log.topics();
      expect(a).toMatchObject({ name: 'shop.a', partitions: 1, cleanup: 'compact', offsets: [{ start: 0, end: 0 }] });
      expect(b).toMatchObject({ name: 'shop.b', partitions: 2, cleanup: 'delete' });
      expect(b?.offsets[0]).toEqual({ start: 0, end: 0 });
      expect(b?.offsets[1]?.end).toBeGreaterThanOrEqual(2);
      expect(others).toEqual([]);
    });

    test('may be created again as they are, by anyone', async () => {
      const { log, another } = subject();
      await log.create([topicOf('a', 2)]);
      await log.append([appendOf('a', 0, 'k=1')]);
      await (await another()).create([topicOf('a', 2), topicOf('b')]);
      expect(await textsOf(log, 'a')).toEqual(['k=1']);
    });

    test('cannot be created again as something else', async () => {
      const { log } = subject();
      await log.create([topicOf('a', 2)]);
      await expectCode(log.create([topicOf('a', 3)]), 'TOPIC_DIFFERS');
      await expectCode(log.create([topicOf('a', 2, 'compact')]), 'TOPIC_DIFFERS');
    });

    test('are deleted with their records and positions; others are not', async () => {
      const { log } = subject();
      await log.create([topicOf('a'), topicOf('b')]);
      await log.append([appendOf('a', 0, 'k=1'), appendOf('b', 0, 'k=1')]);
      const reader = member(log, 'g', ['a']);
      await (await reader.own(0)).commit({ appends: [], positions: { a: 1, b: 1 } });
      await reader.leave();
      await log.delete(['a', 'unknown']);
      await expectCode(recordsOf(log, 'a'), 'UNKNOWN_TOPIC');
      await log.create([topicOf('a')]);
      expect(await recordsOf(log, 'a')).toEqual([]);
      expect((await log.positions()).get('g')).toEqual(new Map([['b', [1]]]));
      expect(await textsOf(log, 'b')).toEqual(['k=1']);
    });

    test('are deleted and created anew under the eyes of others', async () => {
      const { log, another } = subject();
      const other = await another();
      await log.create([topicOf('a', 1)]);
      await log.append([appendOf('a', 0, 'k=1')]);
      expect(await textsOf(other, 'a')).toEqual(['k=1']);
      await other.delete(['a']);
      await other.create([topicOf('a', 2)]);
      await log.append([appendOf('a', 1, 'k=2')]);
      expect(await textsOf(log, 'a')).toEqual(['k=2']);
      expect(await textsOf(other, 'a')).toEqual(['k=2']);
    });

    test('that do not exist are UNKNOWN_TOPIC, as are partitions', async () => {
      const { log } = subject();
      await log.create([topicOf('a', 2)]);
      const { signal } = new AbortController();
      await expectCode(log.append([appendOf('b', 0, 'k=1')]), 'UNKNOWN_TOPIC');
      await expectCode(log.append([appendOf('a', 2, 'k=1')]), 'UNKNOWN_TOPIC');
      await expectCode(recordsOf(log, 'b'), 'UNKNOWN_TOPIC');
      await expectCode(recordsOf(log, 'a', { partition: 2 }), 'UNKNOWN_TOPIC');
      await expectCode(allOf(log.join({ group: 'g', topics: ['b'], signal })), 'UNKNOWN_TOPIC');
    });
  });

  describe('compacted topics', () => {
    test('keep the last record of every key, in order and at its offset', async ({ skip }) => {
      const { log, compact } = subject();
      if (compact === undefined) return skip('this adapter compacts when it likes');
      await log.create([topicOf('t', 1, 'compact')]);
      for (const text of ['a=1', 'b=1', 'a=2', 'c=1', 'b', 'a=3', 'end=1']) await log.append([appendOf('t', 0, text)]);
      const before = await recordsOf(log, 't');
      await compact(['t']);
      const after = await recordsOf(log, 't');
      expect(after.map(textOf)).toEqual(['c=1', 'b', 'a=3', 'end=1']);
      const placed = (records: readonly LogRecord[]) => records.map((record) => `${record.offset}: ${textOf(record)}`);
      expect(placed(before)).toEqual(expect.arrayContaining(placed(after)));
      const [info] = await log.topics();
      expect(info?.offsets[0]).toEqual({ start: after[0]?.offset, end: (before.at(-1)?.offset ?? 0) + 1 });
    });

    test('keep records without a key', async ({ skip }) => {
      const { log, compact } = subject();
      if (compact === undefined) return skip('this adapter compacts when it likes');
      await log.create([topicOf('t', 1, 'compact')]);
      const keyless = { key: null, value: Buffer.from('x') };
      for (let i = 0; i < 3; i++) await log.append([{ topic: 't', partition: 0, records: [keyless] }]);
      await log.append([appendOf('t', 0, 'end=1')]);
      await compact(['t']);
      expect(await recordsOf(log, 't')).toHaveLength(4);
    });

    test('are read on from anywhere after compaction, also by a reader that was in the middle', async ({ skip }) => {
      const { log, compact } = subject();
      if (compact === undefined) return skip('this adapter compacts when it likes');
      await log.create([topicOf('t', 1, 'compact')]);
      for (let i = 0; i < 40; i++) await log.append([appendOf('t', 0, `${i % 7}=${i}`)]);
      await log.append([appendOf('t', 0, 'end=1')]);
      const all = await recordsOf(log, 't');
      const seen: string[] = [];
      for await (const batch of log.read({ topic: 't', from: 'start', to: 'end' })) {
        seen.push(...batch.records.map(textOf));
        if (seen.length === 5) await compact(['t']);
      }
      const last = all.slice(-8).map(textOf);
      expect(seen.slice(0, 5)).toEqual(['0=0', '1=1', '2=2', '3=3', '4=4']);
      expect(seen.slice(-8)).toEqual(last);
      for (const { offset } of all) {
        const rest = await textsOf(log, 't', { partition: 0, from: { offset } });
        expect(rest).toEqual(
          all
            .slice(-8)
            .filter((kept) => kept.offset >= offset)
            .map(textOf),
        );
      }
    });

    test('stay right when they are compacted again and again between writes', async ({ skip }) => {
      const { log, compact } = subject();
      if (compact === undefined) return skip('this adapter compacts when it likes');
      await log.create([topicOf('t', 1, 'compact')]);
      const expected = new Map<string, string>();
      for (let round = 0; round < 8; round++) {
        for (let i = 0; i < 12; i++) {
          const key = `k${(round * 5 + i * i) % 17}`;
          const deletes = (round + i) % 5 === 0;
          await log.append([appendOf('t', 0, deletes ? key : `${key}=${round}.${i}`)]);
          if (deletes) expected.delete(key);
          else expected.set(key, `${round}.${i}`);
        }
        await compact(['t']);
        const state = new Map<string, string>();
        for (const { key, value } of await recordsOf(log, 't')) {
          if (value === null) state.delete(`${key}`);
          else state.set(`${key}`, `${value}`);
        }
        expect(state).toEqual(expected);
      }
    });
  });
}
