import { describe, expect, it } from 'vitest';
import type { Keep } from './keep.ts';
import { byHand, loosePoints, note, notes, type Point, point, points, texts } from './points.testing.ts';
import type { StatefulOptions } from './store.ts';
import { testTopology } from './testing.ts';
import { type Topology, topology } from './topology.ts';

type Options<S> = Omit<StatefulOptions<Point, S, string>, 'key' | 'schema' | 'name'>;

/** One store of numbers by key, whose emissions are noted. */
function remembering(options: Options<number>, input: typeof points = points): Topology {
  return topology({
    name: 'remembering',
    from: { input },
    to: { notes },
    build: ({ input: stream }, keep) => ({
      notes: stream.pipe(
        keep.stateful<Point, number, string>({
          name: 'sums',
          schema: 'long',
          key: ({ value }) => value.key,
          ...options,
        }),
        note((text) => text),
      ),
    }),
  });
}

/** What it notes for points that come with a first tick at 0. */
async function noted(options: Options<number>, sent: readonly Point[], tick = 0): Promise<string[]> {
  const driver = await testTopology(remembering(options));
  driver.tick(points, 0);
  driver.send(points, ...sent);
  driver.tick(points, tick);
  driver.run();
  return texts(driver.read(notes));
}

const adding = (state: number | undefined, value: number): number => (state ?? 0) + value;

describe('the stateful primitive', () => {
  it('hands each key its own state, and emits none, one or several values', async () => {
    const onMessage: Options<number>['onMessage'] = (state, { value: { value, key } }) => {
      const total = adding(state, value);
      const emit = total === 1 ? undefined : total === 3 ? `${key} 3` : [`${key} a`, `${key} b`];
      return { state: total, emit };
    };
    expect(
      await noted({ onMessage }, [point('x', 1, 1), point('y', 1, 3), point('x', 2, 2), point('x', 3, 4)]),
    ).toEqual(['y 3', 'x 3', 'x a', 'x b']);
  });

  it('emits of keys that it never remembers', async () => {
    expect(await noted({ onMessage: () => ({ state: undefined, emit: 'seen' }) }, [point('x', 1)])).toEqual(['seen']);
  });

  it('forgets a key whose state becomes undefined, together with its alarm', async () => {
    const onMessage: Options<number>['onMessage'] = (state, { value: { value } }) =>
      value === 0 ? { state: undefined } : { state: adding(state, value), emit: `${state}`, wakeAt: 50 };
    const sent = [point('x', 1, 5), point('x', 2, 0), point('x', 3, 7), point('x', 4, 0)];
    const onAlarm: Options<number>['onAlarm'] = () => ({ state: undefined, emit: 'alarm' });
    expect(await noted({ onMessage, onAlarm }, sent, 100)).toEqual(['undefined', 'undefined']);
  });

  it('has no alarms left of keys that are gone', async () => {
    const hand = await byHand(
      remembering({
        onMessage: (_, { value: { value } }) => (value === 0 ? { state: undefined } : { state: 1, wakeAt: 50 }),
      }),
    );
    hand.send(point('x', 1, 5), point('y', 2, 5), point('x', 3, 0));
    expect(hand.task.waiting).toBe(1);
  });

  it('wakes a key when the watermark reaches its alarm, not before', async () => {
    const options: Options<number> = {
      onMessage: (_, { value: { value } }) => ({ state: value, wakeAt: 10 }),
      onAlarm: (state, at, key) => ({ state, emit: `${key} ${state} at ${at}` }),
    };
    expect(await noted(options, [point('x', 1, 5)], 9)).toEqual([]);
    expect(await noted(options, [point('x', 1, 5)], 10)).toEqual(['x 5 at 10']);
  });

  it('moves an alarm that is set again, and takes it back when a step names none', async () => {
    const options: Options<number> = {
      onMessage: (_, { value: { value } }) => ({ state: value, wakeAt: value === 0 ? undefined : value }),
      onAlarm: (state, at, key) => ({ state, emit: `${key} at ${at}` }),
    };
    const sent = [
      point('x', 1, 10),
      point('x', 2, 30),
      point('y', 3, 10),
      point('y', 4, 0),
      point('z', 5, 30),
      point('z', 6, 20),
    ];
    expect(await noted(options, sent, 100)).toEqual(['z at 20', 'x at 30']);
  });

  it('fires an alarm in the past at once, with the time that it was set for', async () => {
    const options: Options<number> = {
      onMessage: () => ({ state: 1, wakeAt: 3 }),
      onAlarm: (_, at) => ({ state: undefined, emit: `woken at ${at}` }),
    };
    const ticked = await byHand(remembering(options));
    ticked.tick(100);
    ticked.send(point('x', 120));
    expect(ticked.flush().out).toEqual(['woken at 3']);
    const loose = await byHand(remembering(options, loosePoints));
    loose.send(point('x', 120), point('y', 115));
    expect(loose.flush().out).toEqual(['woken at 3', 'woken at 3']);
  });

  it('goes on with alarms that alarms set', async () => {
    const options: Options<number> = {
      onMessage: () => ({ state: 0, wakeAt: 10 }),
      onAlarm: (state, at) => ({ state: state + 1, emit: `${state} at ${at}`, wakeAt: at + 10 }),
    };
    expect(await noted(options, [point('x', 1)], 35)).toEqual(['0 at 10', '1 at 20', '2 at 30']);
  });

  it('refuses an alarm that sets itself for the same time again, for it would never end', async () => {
    const options: Options<number> = {
      onMessage: () => ({ state: 0, wakeAt: 10 }),
      onAlarm: (state, at) => ({ state, wakeAt: at }),
    };
    await expect(noted(options, [point('x', 1)], 10)).rejects.toMatchObject({
      code: 'OPERATOR_FAILED',
      message: expect.stringContaining('store sums, key x'),
    });
  });

  it('fires what is due in the order of time, store and key', async () => {
    const store = (keep: Keep, name: string, at: (value: number) => number) =>
      keep.stateful<Point, number, string>({
        name,
        schema: 'long',
        key: ({ value }) => value.key,
        onMessage: (_, { value: { value } }) => ({ state: value, wakeAt: at(value) }),
        onAlarm: (_, time, key) => ({ state: undefined, emit: `${time} ${name} ${key}` }),
      });
    const two = topology({
      name: 'two',
      from: { points },
      to: { notes },
      build: ({ points: stream }, keep) => {
        const log: string[] = [];
        const order = [store(keep, 'first', (value) => value), store(keep, 'second', (value) => value)].map(
          (operator) =>
            stream.pipe(
              operator,
              note((text) => text),
            ),
        );
        for (const one of order) one.subscribe(({ value }) => log.push(value.text));
        return {
          notes: stream.pipe(
            keep.stateful<Point, number, string>({
              name: 'last',
              schema: 'long',
              key: () => 'all',
              onMessage: () => ({ state: 0, wakeAt: 1000 }),
              onAlarm: () => ({ state: undefined, emit: log }),
            }),
            note((text) => text),
          ),
        };
      },
    });
    const driver = await testTopology(two);
    driver.send(points, point('b', 1, 20), point('a', 2, 20), point('c', 3, 10));
    driver.tick(points, 1000);
    driver.run();
    expect(texts(driver.read(notes))).toEqual([
      '10 first c',
      '10 second c',
      '20 first a',
      '20 first b',
      '20 second a',
      '20 second b',
    ]);
  });

  it('asks onCommit once per commit for each key that changed, with the state as it then is', async () => {
    const hand = await byHand(
      remembering({
        onMessage: (state, { value: { value } }) => ({ state: adding(state, value) }),
        onCommit: (state, key) => `${key} ${state}`,
      }),
    );
    hand.send(point('x', 1), point('y', 2), point('x', 3));
    expect(hand.flush().out).toEqual(['x 2', 'y 1']);
    hand.send(point('x', 4));
    expect(hand.flush().out).toEqual(['x 3']);
    expect(hand.flush().out).toEqual([]);
  });

  it('does not ask onCommit of a key that was deleted before the commit, and of one made anew once', async () => {
    const hand = await byHand(
      remembering({
        onMessage: (state, { value: { value } }) => ({ state: value === 0 ? undefined : adding(state, value) }),
        onCommit: (state, key) => `${key} ${state}`,
      }),
    );
    hand.send(point('x', 1), point('x', 2, 0), point('y', 3), point('y', 4, 0), point('y', 5, 7));
    expect(hand.flush().out).toEqual(['y 7']);
  });

  it('commits the state of keys that changed, and a tombstone for those that are gone', async () => {
    const hand = await byHand(
      remembering({
        onMessage: (state, { value: { value } }) => ({ state: value === 0 ? undefined : adding(state, value) }),
      }),
    );
    hand.send(point('x', 1), point('y', 2), point('z', 3), point('z', 4, 0));
    expect(hand.flush().state).toEqual(['sums/x', 'sums/y']);
    hand.send(point('x', 5, 0), point('y', 6, 0), point('y', 7, 3));
    expect(hand.flush().state).toEqual(['-sums/x', 'sums/y']);
    expect(hand.flush().state).toEqual([]);
  });
});
