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
import { copy } from './copy.ts';
import type { Batch } from './log.ts';

export function groupContract(subject: Subject): void {
  describe('commits', () => {
    test('make records visible and move positions, together', async () => {
      const { log, another } = subject();
      await log.create([topicOf('in', 2), topicOf('out', 2), topicOf('state', 2, 'compact')]);
      await log.append([appendOf('in', 1, 'k=1', 'k=2')]);
      const one = member(log, 'g', ['in']);
      const owned = await one.own(1);
      expect(await owned.positions()).toEqual({});
      const [batch] = await take(owned.batches({}), 2);
      expect(batch?.records.map(textOf)).toEqual(['k=1', 'k=2']);
      const next = batch?.next ?? -1;
      const appends = [appendOf('out', 0, 'o=1'), appendOf('out', 1, 'o=2'), appendOf('state', 1, 'k=2')];
      await owned.commit({ appends, positions: { in: next } });
      expect(await owned.positions()).toEqual({ in: next });
      const other = await another();
      expect(new Set(await textsOf(other, 'out'))).toEqual(new Set(['o=1', 'o=2']));
      expect(await textsOf(other, 'state')).toEqual(['k=2']);
      // Others may see them a moment later.
      await eventually(async () => (await other.positions()).get('g'));
      expect((await other.positions()).get('g')).toEqual(new Map([['in', [undefined, next]]]));
      expect(await other.positions(['g'])).toEqual(new Map([['g', new Map([['in', [undefined, next]]])]]));
      expect(await other.positions(['h'])).toEqual(new Map());
      await one.leave();
    });

    test('that fail leave neither records nor positions, and the owner can go on', async () => {
      const { log } = subject();
      await log.create([topicOf('in'), topicOf('out')]);
      const one = member(log, 'g', ['in']);
      const owned = await one.own(0);
      const appends = [appendOf('out', 0, 'o=1'), appendOf('unknown', 0, 'o=1')];
      await expectCode(owned.commit({ appends, positions: { in: 7 } }), 'UNKNOWN_TOPIC');
      expect(await recordsOf(log, 'out')).toEqual([]);
      expect(await owned.positions()).toEqual({});
      await owned.commit({ appends: [appendOf('out', 0, 'o=2')], positions: { in: 0 } });
      expect(await textsOf(log, 'out')).toEqual(['o=2']);
      await one.leave();
    });

    test('of an owner that was replaced fail, and its signal aborts', async () => {
      const { log, another } = subject();
      await log.create([topicOf('in', 2), topicOf('out', 2)]);
      const older = member(log, 'g', ['in']);
      const before = [await older.own(0), await older.own(1)];
      const newer = member(await another(), 'g', ['in']);
      const moved = await eventually(() => newer.partitions()[0]);
      const owned = before.find(({ partition }) => partition === moved);
      const stale = { appends: [appendOf('out', moved, 'stale=1')], positions: { in: 5 } };
      await expectCode(owned?.commit(stale) ?? Promise.resolve(), 'FENCED', 'REBALANCED');
      await eventually(() => owned?.signal.aborted || undefined);
      await expectCode(owned?.commit(stale) ?? Promise.resolve(), 'REBALANCED');
      expect(await recordsOf(log, 'out')).toEqual([]);
      const current = await newer.own(moved);
      expect(await current.positions()).toEqual({});
      await current.commit({ appends: [appendOf('out', moved, 'new=1')], positions: {} });
      expect(await textsOf(log, 'out')).toEqual(['new=1']);
      await Promise.all([older.leave(), newer.leave()]);
    });

    test('asked for before leaving still go through', async () => {
      const { log } = subject();
      await log.create([topicOf('in'), topicOf('out')]);
      const one = member(log, 'g', ['in']);
      const commit = (await one.own(0)).commit({ appends: [appendOf('out', 0, 'o=1')], positions: { in: 1 } });
      await one.leave();
      await commit;
      expect(await textsOf(log, 'out')).toEqual(['o=1']);
    });
  });

  describe('groups', () => {
    test('share partitions evenly, and give them back to who is left', async () => {
      const { log, another } = subject();
      await log.create([topicOf('a', 4), topicOf('b', 4)]);
      const first = member(log, 'g', ['a', 'b']);
      await eventually(() => first.partitions().length === 4 || undefined);
      const second = member(await another(), 'g', ['a', 'b']);
      await eventually(() => (first.partitions().length === 2 && second.partitions().length === 2) || undefined);
      expect([...first.partitions(), ...second.partitions()].sort()).toEqual([0, 1, 2, 3]);
      await first.leave();
      expect(first.partitions()).toEqual([]);
      await eventually(() => second.partitions().length === 4 || undefined);
      await second.leave();
    });

    test('take over when a log is closed, from the committed position', async () => {
      const { log, another } = subject();
      await log.create([topicOf('in')]);
      await log.append([appendOf('in', 0, 'k=1', 'k=2', 'k=3')]);
      const dying = await another();
      const first = member(dying, 'g', ['in']);
      const [one] = await recordsOf(log, 'in');
      await (await first.own(0)).commit({ appends: [], positions: { in: (one?.offset ?? 0) + 1 } });
      const second = member(log, 'g', ['in']);
      await dying[Symbol.asyncDispose]();
      await first.ended;
      const owned = await second.own(0);
      const [batch] = await take(owned.batches(await owned.positions()), 2);
      expect(batch?.records.map(textOf)).toEqual(['k=2', 'k=3']);
      await second.leave();
    });

    test('are left by whoever stops reading what it joined', async () => {
      const { log } = subject();
      await log.create([topicOf('in')]);
      const { signal } = new AbortController();
      for await (const { partition } of log.join({ group: 'g', topics: ['in'], signal })) {
        expect(partition).toBe(0);
        break;
      }
      const next = member(log, 'g', ['in']);
      await next.own(0);
      await next.leave();
    });

    test('are independent of each other', async () => {
      const { log } = subject();
      await log.create([topicOf('in', 2)]);
      const members = [member(log, 'g', ['in']), member(log, 'h', ['in'])];
      await eventually(() => members.every((one) => one.partitions().length === 2) || undefined);
      await Promise.all(members.map((one) => one.leave()));
    });

    test('join only topics with the same number of partitions', async () => {
      const { log } = subject();
      await log.create([topicOf('a', 2), topicOf('b', 3)]);
      const { signal } = new AbortController();
      await expectCode(allOf(log.join({ group: 'g', topics: ['a', 'b'], signal })), 'TOPIC_DIFFERS');
    });

    test('name their live members and what each owns', async () => {
      const { log, another } = subject();
      await log.create([topicOf('in', 3)]);
      expect((await log.members()).get('g') ?? []).toEqual([]);
      const one = member(log, 'g', ['in']);
      const two = member(await another(), 'g', ['in']);
      const members = await eventually(async () => {
        const found = (await log.members()).get('g') ?? [];
        return found.length === 2 && found.every(({ partitions }) => partitions.length > 0) ? found : undefined;
      });
      expect(members.flatMap(({ partitions }) => partitions).sort()).toEqual([0, 1, 2]);
      expect(members.every(({ name }) => name !== '')).toBe(true);
      await Promise.all([one.leave(), two.leave()]);
      expect((await log.members()).get('g') ?? []).toEqual([]);
    });

    test('are forgotten when nobody is in them any more', async () => {
      const { log } = subject();
      await log.create([topicOf('in')]);
      const names = ['g', 'h', 'i'];
      const members = names.map((name) => member(log, name, ['in']));
      for (const one of members) await (await one.own(0)).commit({ appends: [], positions: { in: 3 } });
      await expectCode(log.forget(names), 'UNAVAILABLE');
      expect(new Set((await log.positions()).keys())).toEqual(new Set(names));
      await Promise.all(members.map((one) => one.leave()));
      await log.forget([...names, 'unknown']);
      expect([...(await log.positions(names)).keys()]).toEqual([]);
    });

    test('process every record exactly once while members come and go', { timeout: 60_000 }, async () => {
      const { log, another } = subject();
      await log.create([topicOf('in', 4), topicOf('out', 4)]);
      const logs = [log, await another(), await another()];
      const total = 400;
      const writing = (async () => {
        for (let i = 0; i < total; i += 8) {
          await log.append([0, 1, 2, 3].map((p) => appendOf('in', p, `k=${i + p * 2}`, `k=${i + p * 2 + 1}`)));
          await pause(2);
        }
      })();
      let done = false;
      const lives = logs.map(async (own, index) => {
        for (let life = 0; !done; life++) {
          const controller = new AbortController();
          const copying = copy(own, controller.signal);
          await pause(30 + ((index * 37 + life * 53) % 70));
          controller.abort();
          await copying;
        }
      });
      await writing;
      await eventually(async () => ((await recordsOf(log, 'out')).length >= total ? true : undefined));
      done = true;
      await Promise.all(lives);
      const values = (await recordsOf(log, 'out')).map(({ value }) => Number(value)).sort((a, b) => a - b);
      expect(values).toEqual(Array.from({ length: total }, (_, i) => i));
    });
  });

  describe('batches', () => {
    test('come from the topics named, or from all that were joined', async () => {
      const { log } = subject();
      await log.create([topicOf('a'), topicOf('b')]);
      await log.append([appendOf('a', 0, 'a=1', 'a=2'), appendOf('b', 0, 'b=1')]);
      const one = member(log, 'g', ['a', 'b']);
      const owned = await one.own(0);
      const [, second] = await recordsOf(log, 'a');
      const [named] = await take(owned.batches({ a: second?.offset ?? -1 }), 1);
      expect(named?.records.map(textOf)).toEqual(['a=2']);
      const all = (await take(owned.batches({}), 3)).flatMap(({ records }) => records.map(textOf));
      expect(new Set(all)).toEqual(new Set(['a=1', 'a=2', 'b=1']));
      await one.leave();
    });

    test('go on while others write, side by side, and end when the partition is given back', async () => {
      const { log, another } = subject();
      const writer = await another();
      await log.create([topicOf('in')]);
      const one = member(log, 'g', ['in']);
      const owned = await one.own(0);
      const seen: [string[], string[]] = [[], []];
      const reading = seen.map(async (texts) => {
        for await (const batch of owned.batches({ in: 0 })) texts.push(...batch.records.map(textOf));
      });
      const texts = Array.from({ length: 20 }, (_, i) => `k=${i}`);
      for (const text of texts) await writer.append([appendOf('in', 0, text)]);
      await eventually(() => seen.every(({ length }) => length === texts.length) || undefined);
      await one.leave();
      await Promise.all(reading);
      expect(seen).toEqual([texts, texts]);
    });
  });
}

/** Batches until they hold `records` records. */
async function take(batches: AsyncIterable<Batch>, records: number): Promise<Batch[]> {
  const taken: Batch[] = [];
  let count = 0;
  for await (const batch of batches) {
    taken.push(batch);
    count += batch.records.length;
    if (count >= records) break;
  }
  return taken;
}
