import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryRegistry } from '../avro/memory-registry.ts';
import { byHand, note, notes, noteWindow, type Point, point, points, seeded, sum, texts } from './points.testing.ts';
import { sessionWindow } from './sessions.ts';
import { testTopology } from './testing.ts';
import { type Topology, topology } from './topology.ts';
import { tumblingWindow } from './windows.ts';

/** Adds up; a value of 0 deletes the key; wakes at the time of the value. */
const keeping = topology({
  name: 'keeping',
  from: { points },
  to: { notes },
  build: ({ points: stream }, keep) => ({
    notes: stream.pipe(
      keep.stateful<Point, number, string>({
        name: 'sums',
        schema: 'long',
        key: ({ value }) => value.key,
        onMessage: (state, { value: { value } }) =>
          value === 0
            ? { state: undefined, emit: `had ${state}` }
            : { state: (state ?? 0) + value, emit: `${(state ?? 0) + value}`, wakeAt: value },
        onAlarm: (state, at, key) => ({ state, emit: `${key} ${state} at ${at}` }),
      }),
      note((text) => text),
    ),
  }),
});

describe('a restored task', () => {
  it('goes on with the state that was committed, and with no other', async () => {
    const first = await byHand(keeping);
    first.tick(0);
    first.send(point('a', 1, 100), point('b', 2, 200));
    const { transaction } = first.flush();
    first.send(point('a', 3, 1000));
    const again = await byHand(keeping, { from: [transaction] });
    again.send(point('a', 3, 1000), point('b', 4, 300));
    expect(again.flush().out).toEqual(['1100', '500']);
  });

  it('has forgotten keys that were deleted, their alarms too, and writes no tombstone for them again', async () => {
    const first = await byHand(keeping);
    first.tick(0);
    first.send(point('a', 1, 50), point('b', 2, 60));
    const one = first.flush().transaction;
    first.send(point('a', 3, 0));
    const two = first.flush().transaction;
    const again = await byHand(keeping, { from: [one, two] });
    expect(again.task.keys.get('sums')).toBe(1);
    expect(again.task.waiting).toBe(1);
    again.send(point('a', 4, 0));
    again.tick(100);
    expect(again.flush()).toMatchObject({ out: ['had undefined', 'b 60 at 60'], state: ['sums/b', 'ebb/task'] });
  });

  it('knows how much state it has, as the task before it did', async () => {
    const first = await byHand(keeping);
    first.send(point('a', 1, 100), point('b', 2, 200));
    const one = first.flush().transaction;
    const two = first.task.stateBytes;
    first.send(point('a', 3, 0), point('b', 4, 0), point('b', 5, 300));
    const next = first.flush().transaction;
    expect(first.task.stateBytes).toBe(two / 2);
    expect((await byHand(keeping, { from: [one] })).task.stateBytes).toBe(two);
    expect((await byHand(keeping, { from: [one, next] })).task.stateBytes).toBe(two / 2);
  });

  it('deletes keys that it has only from its state', async () => {
    const first = await byHand(keeping);
    first.send(point('a', 1, 50));
    const again = await byHand(keeping, { from: [first.flush().transaction] });
    again.send(point('a', 2, 0));
    expect(again.flush()).toMatchObject({ out: ['had 50'], state: ['-sums/a'] });
  });

  it('has its alarms where they were last set, and fires them in order', async () => {
    const first = await byHand(keeping);
    first.tick(0);
    first.send(point('c', 1, 30), point('b', 2, 20), point('a', 3, 20), point('c', 4, 5));
    const again = await byHand(keeping, { from: [first.flush().transaction] });
    again.tick(50);
    expect(again.flush().out).toEqual(['c 35 at 5', 'a 20 at 20', 'b 20 at 20']);
  });

  it('stands at the watermark that it had, and judges late by it', async () => {
    const windowed = topology({
      name: 'windowed',
      from: { points },
      to: { notes },
      build: ({ points: stream }, keep) => ({
        notes: stream.pipe(
          tumblingWindow(keep, { name: 'w', size: 10, by: ({ value }) => value.key, aggregate: sum, emit: 'close' }),
          noteWindow,
        ),
      }),
    });
    const first = await byHand(windowed);
    first.tick(25, { writer: 'a' });
    first.tick(30, { writer: 'b' });
    const again = await byHand(windowed, { from: [first.flush().transaction] });
    expect(again.task.watermark).toBe(25);
    again.send(point('k', 5));
    expect(again.task.counters.late).toBe(1);
    again.tick(40, { writer: 'a' });
    expect(again.task.watermark).toBe(30);
  });

  it('leaves alone what belongs to a store that is no longer declared', async () => {
    const first = await byHand(keeping);
    first.send(point('a', 1, 50));
    const { transaction } = first.flush();
    const renamed = topology({
      name: 'keeping',
      from: { points },
      to: { notes },
      build: ({ points: stream }) => ({ notes: stream.pipe(note(({ id }) => id)) }),
    });
    const again = await byHand(renamed, { from: [transaction] });
    again.send(point('b', 2));
    expect(again.flush()).toMatchObject({ out: ['b@2'], state: [] });
  });
});

it('state that was written before its schema got a new field is read as the new schema says', async () => {
  const counting = (fields: readonly object[]): Topology =>
    topology({
      name: 'counting',
      from: { points },
      to: { notes },
      build: ({ points: stream }, keep) => ({
        notes: stream.pipe(
          keep.stateful<Point, object, string>({
            name: 'counts',
            schema: { type: 'record', name: 'Count', fields },
            key: ({ value }) => value.key,
            onMessage: (state) => ({ state: state ?? { n: 7 }, emit: JSON.stringify(state) }),
          }),
          note((text) => text),
        ),
      }),
    });
  const registry = memoryRegistry();
  const n = { name: 'n', type: 'long' };
  const first = await byHand(counting([n]), { registry });
  first.send(point('k', 1));
  const from = [first.flush().transaction];
  const again = await byHand(counting([n, { name: 'text', type: 'string', default: 'none' }]), { registry, from });
  again.send(point('k', 2));
  expect(again.flush().out).toEqual(['{"n":7,"text":"none"}']);
});

it('keys with slashes and of any letters come back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 8 }), async (keys) => {
      const first = await byHand(keeping);
      const all = new Set(['a/b', '', 'ebb/task', ...keys]);
      for (const key of all) first.send(point(key, 1, 7));
      const again = await byHand(keeping, { from: [first.flush().transaction] });
      for (const key of all) again.send(point(key, 2, 0));
      expect(new Set(again.flush().out)).toEqual(new Set(['had 7']));
    }),
    { numRuns: 30 },
  );
});

it('crashes in the middle leave no trace: outputs, late records and dead letters are those of a calm run', async () => {
  const busy = topology({
    name: 'busy',
    from: { points },
    to: { notes },
    build({ points: stream }, keep) {
      const windows = stream.pipe(
        tumblingWindow(keep, { name: 'w', size: 10, by: ({ value }) => value.key, aggregate: sum, emit: 'close' }),
        tumblingWindow(keep, {
          name: 'longer',
          size: 30,
          by: () => 'all',
          aggregate: { schema: 'long', init: () => 0, add: (total: number, { value }) => total + value },
          emit: 'close',
        }),
        sessionWindow(keep, {
          name: 'visits',
          gap: 25,
          by: ({ key }) => key ?? '',
          item: { schema: 'long', of: ({ value }) => value, tie: String },
          aggregate: { schema: 'long', init: () => 0, add: (a: number, b) => a + b },
          emit: 'close',
        }),
        noteWindow,
      );
      return { notes: windows };
    },
  });
  const feeds = fc.array(
    fc.record({ key: fc.constantFrom('a', 'b', 'c'), time: fc.nat(200), tick: fc.option(fc.nat(200), { freq: 3 }) }),
    { maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(feeds, fc.integer(), async (feed, seed) => {
      const outcome = async (chaos?: { random(): number; crashes: number }, room = Number.POSITIVE_INFINITY) => {
        const driver = await testTopology(busy, { partitions: 2, room });
        feed.forEach(({ key, time, tick }, index) => {
          if (tick !== null) driver.tick(points, tick);
          driver.send(points, point(key, time, index));
        });
        driver.close(points, 1000);
        driver.run(chaos);
        return { notes: texts(driver.read(notes)), late: driver.late(busy) };
      };
      const calm = await outcome();
      expect(await outcome({ random: seeded(seed), crashes: 0.3 })).toEqual(calm);
      // Stopped after every alarm, or every few.
      expect(await outcome({ random: seeded(seed), crashes: 0.3 }, 1)).toEqual(calm);
      expect(await outcome(undefined, 60)).toEqual(calm);
    }),
    { numRuns: 50 },
  );
});
