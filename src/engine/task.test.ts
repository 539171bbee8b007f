import { filter } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { reject } from './keep.ts';
import {
  byHand,
  loosePoints,
  note,
  notes,
  noteWindow,
  type Point,
  point,
  points,
  sum,
  texts,
  tickedNotes,
} from './points.testing.ts';
import { testTopology } from './testing.ts';
import { topic } from './topic.ts';
import { type Topology, topology } from './topology.ts';
import { tumblingWindow } from './windows.ts';

const plain = topology({
  name: 'plain',
  from: { points },
  to: { notes },
  build: ({ points: stream }) => ({ notes: stream.pipe(note(({ id }) => id)) }),
});

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

describe('dead letters', () => {
  async function dead(value: Buffer | null, one: Topology = plain) {
    const driver = await testTopology(one);
    driver.send(points, point('before', 1));
    driver.sendRaw(points, 0, { key: Buffer.from('k'), value });
    driver.send(points, point('after', 2));
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['before@1', 'after@2']);
    return driver.dead(one);
  }

  it('hold a value that is not framed Avro, with where it was and its bytes', async () => {
    const value = Buffer.from('{"id":"json"}');
    expect(await dead(value)).toEqual([
      {
        topology: 'plain',
        topic: 'test.points',
        partition: 0,
        offset: 1,
        code: 'NOT_FRAMED',
        message: expect.stringContaining('13 bytes'),
        key: Buffer.from('k'),
        value,
      },
    ]);
  });

  it('hold a value with a schema id that the registry does not know', async () => {
    const value = Buffer.from([0, 0, 0, 15, 255, 1, 2]);
    expect(await dead(value)).toMatchObject([{ code: 'UNKNOWN_SCHEMA', value }]);
  });

  it('hold a value that ends early', async () => {
    const hand = await byHand(plain);
    hand.send(point('k', 5));
    const id = hand.flush().transaction.appends[0]?.records[0]?.value?.subarray(0, 5);
    expect(id?.[0]).toBe(0);
    // Schema id 1 is the input's: the first that the plan registers.
    expect(await dead(Buffer.from([0, 0, 0, 0, 1, 8]))).toMatchObject([{ code: 'UNREADABLE' }]);
  });

  it('hold a tombstone in a topic that is read as a stream', async () => {
    expect(await dead(null)).toMatchObject([{ code: 'TOMBSTONE', value: null, key: Buffer.from('k') }]);
  });

  it('hold a tick that does not decode, and go on', async () => {
    const driver = await testTopology(plain);
    driver.sendRaw(points, 0, { key: null, value: Buffer.from('x'), headers: { 'ebb-tick': Buffer.alloc(0) } });
    driver.send(points, point('k', 1));
    driver.run();
    expect(driver.dead(plain)).toMatchObject([{ code: 'NOT_FRAMED', message: expect.stringContaining('tick') }]);
    expect(texts(driver.read(notes))).toEqual(['k@1']);
  });

  it('hold a record whose event time is null', async () => {
    const maybe = topic<{ readonly time: number | null }>({
      name: 'maybe',
      schema: {
        type: 'record',
        name: 'Maybe',
        eventTime: 'time',
        fields: [{ name: 'time', type: ['null', 'long'] }],
      },
      key: () => 'k',
      disorder: 0,
    });
    const one = topology({
      name: 'timed',
      from: { maybe },
      to: { notes },
      build: ({ maybe: stream }) => ({ notes: stream.pipe(note(() => 'timed')) }),
    });
    const driver = await testTopology(one);
    driver.send(maybe, { time: null }, { time: 3 });
    driver.run();
    expect(driver.dead(one)).toMatchObject([{ code: 'NO_TIME', message: expect.stringContaining('time'), offset: 0 }]);
    expect(texts(driver.read(notes))).toEqual(['timed']);
  });

  it('hold what a rule refuses, with its code, once however many read on', async () => {
    const ruled = topology({
      name: 'ruled',
      from: { points },
      to: { notes, more: { ...notes, name: 'more' } },
      build({ points: stream }, keep) {
        const good = stream.pipe(
          keep.mapOrReject((value: Point) => (value.value < 0 ? reject('NEGATIVE', `value ${value.value}`) : value)),
        );
        return { notes: good.pipe(note(({ id }) => id)), more: good.pipe(note(({ id }) => id)) };
      },
    });
    const driver = await testTopology(ruled);
    driver.send(points, point('k', 1, -5), point('k', 2));
    driver.run();
    expect(driver.dead(ruled)).toMatchObject([{ code: 'NEGATIVE', message: 'value -5', offset: 0 }]);
    expect(texts(driver.read(notes))).toEqual(['k@2']);
    expect(driver.tasks[0]?.counters).toMatchObject({ in: 2, out: 2, dead: 1, late: 0 });
  });
});

describe('late records', () => {
  it('hold the window that refused them, the watermark, the reason and the bytes', async () => {
    const hand = await byHand(windowed);
    const driver = await testTopology(windowed);
    driver.tick(points, 25);
    driver.send(points, point('k', 9), point('k', 20));
    driver.run();
    const [late, ...rest] = driver.late(windowed);
    expect(rest).toEqual([]);
    expect(late).toMatchObject({
      topology: 'windowed',
      store: 'w',
      topic: 'test.points',
      partition: 0,
      offset: 1,
      key: 'k',
      time: 9,
      windowStart: 0,
      windowEnd: 10,
      watermark: 25,
      reason: 'window ends 1970-01-01T00:00:00.010Z, grace 0 ms, watermark 1970-01-01T00:00:00.025Z',
    });
    if (late?.value === null || late === undefined) throw new Error('no bytes');
    hand.sendRaw({ key: null, value: late.value });
    hand.tick(10);
    expect(hand.flush().out).toEqual(['k [0, 10) 1.']);
  });

  it('are judged by their own writer’s watermark, not by how far others have come', async () => {
    const hand = await byHand(windowed);
    hand.tick(0, { writer: 'slow' });
    hand.tick(0, { writer: 'fast' });
    hand.sendBehind(50, point('fast', 5));
    hand.send(point('slow', 6));
    hand.tick(50, { writer: 'fast' });
    hand.tick(50, { writer: 'slow' });
    expect(hand.flush().out).toEqual(['slow [0, 10) 1.']);
    expect(hand.task.counters.late).toBe(1);
  });

  it('are those that come after their window has closed, should a writer have joined too late', async () => {
    const hand = await byHand(windowed);
    hand.tick(50);
    hand.tick(5, { writer: 'new' });
    hand.send(point('k', 7));
    expect(hand.task.counters.late).toBe(1);
    expect(hand.flush().out).toEqual([]);
  });
});

it('what closes after grace is marked as behind by that grace, however far the watermark has jumped', async () => {
  const graced = topology({
    name: 'graced',
    from: { points },
    to: { tickedNotes },
    build: ({ points: stream }, keep) => ({
      tickedNotes: stream.pipe(
        tumblingWindow(keep, {
          name: 'w',
          size: 10,
          grace: 5,
          by: ({ value }) => value.key,
          aggregate: sum,
          emit: 'close',
        }),
        noteWindow,
      ),
    }),
  });
  const hand = await byHand(graced);
  hand.tick(0);
  hand.send(point('k', 1), point('k', 11));
  hand.tick(1000);
  const behind = hand
    .flush()
    .transaction.appends[0]?.records.flatMap(({ headers }) => headers?.['ebb-behind']?.readBigInt64BE() ?? []);
  expect(behind).toEqual([14n, 24n]);
});

it('what an alarm in the past emits is marked as behind the ticks that went before it', async () => {
  const late = topology({
    name: 'late',
    from: { loosePoints },
    to: { out: tickedNotes },
    build: ({ loosePoints: stream }, keep) => ({
      out: stream.pipe(
        filter(({ value }) => value.value === 2),
        keep.stateful<Point, number, string>({
          name: 's',
          schema: 'long',
          key: ({ value }) => value.key,
          onMessage: () => ({ state: 0, wakeAt: 3 }),
          onAlarm: (_, at) => ({ state: undefined, emit: `woken ${at}` }),
        }),
        note((text) => text),
      ),
    }),
  });
  const hand = await byHand(late);
  hand.send(point('k', 100), point('k', 101, 2));
  const { transaction } = hand.flush();
  const woken = transaction.appends[0]?.records.find(({ headers }) => headers?.['ebb-behind'] !== undefined);
  expect(woken?.headers?.['ebb-behind']?.readBigInt64BE()).toBe(90n);
});
