import { describe, expect, it } from 'vitest';
import { mapValues } from './message.ts';
import {
  byHand,
  loosePoints,
  note,
  notes,
  noteWindow,
  others,
  type Point,
  point,
  points,
  sum,
  texts,
  tickedNotes,
} from './points.testing.ts';
import { testTopology } from './testing.ts';
import { BEGINNING, IDLE_WRITER } from './tick.ts';
import { topology } from './topology.ts';
import { tumblingWindow } from './windows.ts';

/** Ticks every 10 ms of event time. */
const relay = topology({
  name: 'relay',
  from: { points },
  to: { tickedNotes },
  tickStep: 10,
  build: ({ points: stream }) => ({ tickedNotes: stream.pipe(note(({ id }) => id)) }),
});

const windowed = (input: typeof points, step = 10) =>
  topology({
    name: 'windowed',
    from: { input },
    to: { tickedNotes },
    tickStep: step,
    build: ({ input: stream }, keep) => ({
      tickedNotes: stream.pipe(
        tumblingWindow(keep, { name: 'w', size: 10, by: ({ value }) => value.key, aggregate: sum, emit: 'close' }),
        noteWindow,
      ),
    }),
  });

describe('a task ticks', () => {
  it('whenever its watermark crosses a step, at that point of the stream', async () => {
    const hand = await byHand(relay);
    hand.tick(0);
    hand.send(point('a', 1));
    hand.tick(9);
    hand.send(point('a', 12));
    hand.tick(12);
    hand.send(point('a', 15));
    hand.tick(19);
    hand.send(point('a', 47));
    hand.tick(47);
    expect(hand.flush().out).toEqual(['tick 0', 'a@1', 'a@12', 'tick 12', 'a@15', 'a@47', 'tick 47']);
  });

  it('not before its watermark is known', async () => {
    const hand = await byHand(relay);
    hand.send(point('a', 1));
    hand.tick(5, { of: 2 });
    expect(hand.flush().out).toEqual(['a@1']);
    hand.tick(7, { of: 2, from: 1 });
    expect(hand.flush().out).toEqual(['tick 5']);
  });

  it('once for a first tick that only announces a writer', async () => {
    const hand = await byHand(relay);
    hand.tick(BEGINNING);
    hand.tick(BEGINNING);
    expect(hand.flush().out).toEqual([`tick ${BEGINNING}`]);
  });

  it('after what its alarms emit, and not again when it is restored', async () => {
    const hand = await byHand(windowed(points));
    hand.tick(0);
    hand.send(point('a', 1), point('b', 12));
    hand.tick(25);
    const first = hand.flush();
    expect(first.out).toEqual(['tick 0', 'a [0, 10) 1.', 'b [10, 20) 1.', 'tick 25']);
    const again = await byHand(windowed(points), { from: [first.transaction] });
    again.tick(25);
    again.tick(29);
    expect(again.flush().out).toEqual([]);
    again.tick(30);
    expect(again.flush().out).toEqual(['tick 30']);
  });

  it('only the last of several with nothing between them', async () => {
    const hand = await byHand(relay);
    for (const time of [0, 10, 20]) hand.tick(time);
    hand.send(point('a', 25));
    for (const time of [30, 40, 50]) hand.tick(time);
    expect(hand.flush().out).toEqual(['tick 20', 'a@25', 'tick 50']);
  });

  it('when all its inputs have closed, and when one opens again', async () => {
    const hand = await byHand(relay);
    hand.tick(1);
    hand.send(point('a', 2));
    hand.tick(3, { closed: true });
    hand.send(point('a', 4));
    hand.tick(5);
    expect(hand.flush().out).toEqual(['tick 1', 'a@2', 'tick 3 closed', 'a@4', 'tick 5']);
    expect(hand.task.closed).toBe(false);
  });

  it('by the least of its writers, and by the others when one has closed', async () => {
    const hand = await byHand(relay);
    hand.tick(10, { writer: 'a' });
    hand.tick(30, { writer: 'b' });
    hand.send(point('x', 40));
    hand.tick(20, { writer: 'a', closed: true });
    hand.send(point('x', 41));
    hand.tick(50, { writer: 'b', closed: true });
    expect(hand.flush().out).toEqual(['tick 10', 'x@40', 'tick 30', 'x@41', 'tick 50 closed']);
  });

  it('when an idle tick moves an outsider’s partition', async () => {
    const hand = await byHand(windowed(loosePoints));
    hand.send(point('a', 15));
    hand.tick(40, { writer: IDLE_WRITER });
    expect(hand.flush().out).toEqual(['tick 5', 'a [10, 20) 1.', 'tick 40']);
  });

  it('in every partition of every topic that carries ticks, and in no other', async () => {
    const two = topology({
      name: 'two',
      from: { points },
      to: { tickedNotes, notes },
      build({ points: stream }) {
        const all = stream.pipe(note(({ id }) => id));
        return { tickedNotes: all, notes: all };
      },
    });
    const hand = await byHand(two, { partitions: 3 });
    hand.tick(0);
    const { appends } = hand.flush().transaction;
    expect(appends.filter(({ topic }) => topic === 'test.ticked-notes').map(({ partition }) => partition)).toEqual([
      0, 1, 2,
    ]);
    expect(appends.filter(({ topic }) => topic === 'test.notes')).toEqual([]);
  });
});

describe('a task with several inputs', () => {
  const joined = topology({
    name: 'joined',
    from: { points, others },
    to: { notes },
    build: ({ points: left, others: right }, keep) => ({
      notes: left.pipe(
        tumblingWindow(keep, { name: 'w', size: 10, by: ({ value }) => value.key, aggregate: sum, emit: 'close' }),
        noteWindow,
      ),
      unused: right.pipe(mapValues((value: Point) => value)),
    }),
  });

  it('goes by the one furthest behind', async () => {
    const driver = await testTopology(joined);
    driver.send(points, point('a', 1));
    driver.tick(points, 100);
    driver.run();
    expect(driver.read(notes)).toEqual([]);
    driver.tick(others, 9);
    driver.run();
    expect(driver.read(notes)).toEqual([]);
    driver.tick(others, 10);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['a [0, 10) 1.']);
  });

  it('is not held back by one that has closed', async () => {
    const driver = await testTopology(joined);
    driver.close(others, 5);
    driver.send(points, point('a', 1));
    driver.tick(points, 100);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['a [0, 10) 1.']);
    expect(driver.tasks[0]?.closed).toBe(false);
    expect(driver.tasks[0]?.watermark).toBe(100);
  });

  it('ends with the greatest of their last ticks', async () => {
    const driver = await testTopology(joined);
    driver.close(points, 100);
    driver.close(others, 5);
    driver.run();
    expect(driver.tasks[0]?.closed).toBe(true);
    expect(driver.tasks[0]?.watermark).toBe(100);
  });
});
