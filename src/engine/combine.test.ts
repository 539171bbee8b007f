import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combine } from './combine.ts';
import { mapValues } from './message.ts';
import {
  byHand,
  notes,
  noteWindow,
  type Point,
  point,
  pointSchema,
  points,
  seeded,
  sum,
  texts,
} from './points.testing.ts';
import { type Chaos, testTopology } from './testing.ts';
import { topic } from './topic.ts';
import { topology } from './topology.ts';
import { tumblingWindow } from './windows.ts';

/** A partial: `id` is its part, `time` its window's start, `value` the sum so far. */
const partials = topic<Point>({ name: 'partials', schema: pointSchema, key: ({ key }) => key, ticked: true });

const second = topology({
  name: 'second',
  from: { partials },
  to: { notes },
  build: ({ partials: stream }, keep) => ({
    notes: stream.pipe(
      combine(keep, {
        name: 'parts',
        schema: pointSchema,
        by: ({ key }) => key,
        part: ({ id }) => Number(id),
        window: ({ time }) => ({ start: time, end: time + 10 }),
        grace: 5,
        merge: (parts) => parts.reduce((total, { value }) => total + value, 0),
      }),
      noteWindow,
    ),
  }),
});

/** First stage: sums per group of values, counted where the key lives. */
const first = topology({
  name: 'first',
  from: { points },
  to: { partials },
  tickStep: 1,
  build: ({ points: stream }, keep) => ({
    partials: stream.pipe(
      tumblingWindow(keep, {
        name: 'w',
        size: 10,
        grace: 5,
        by: ({ value }) => value.id,
        aggregate: sum,
        emit: 'update',
      }),
      mapValues(({ key, start, value }): Point => ({ id: String(keep.partition), key, time: start, value })),
    ),
  }),
});

describe('combining partials', () => {
  it('keeps the last of each part, and tells their sum once per commit and when the window closes', async () => {
    const hand = await byHand(second);
    hand.tick(0);
    hand.send(point('k', 0, 3, '0'), point('k', 0, 4, '1'), point('k', 0, 5, '0'));
    expect(hand.flush().out).toEqual(['k [0, 10) 9']);
    hand.send(point('k', 0, 6, '1'));
    hand.tick(14);
    expect(hand.flush().out).toEqual(['k [0, 10) 11']);
    hand.tick(15);
    expect(hand.flush().out).toEqual(['k [0, 10) 11.']);
    expect(hand.task.keys.get('parts')).toBe(0);
  });

  it('sends partials of closed windows to the late topic', async () => {
    const hand = await byHand(second);
    hand.tick(15);
    hand.send(point('k', 0, 3, '0'), point('k', 10, 3, '0'));
    expect(hand.task.counters.late).toBe(1);
  });

  it('gives what one stage would give, however keys are spread, partitions interleave and tasks crash', async () => {
    const feeds = fc.array(
      fc.record({
        key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        group: fc.constantFrom('x', 'y'),
        time: fc.nat(60),
        value: fc.nat(9),
        tick: fc.option(fc.nat(60), { freq: 3 }),
      }),
      { maxLength: 50 },
    );
    await fc.assert(
      fc.asyncProperty(feeds, fc.constantFrom(1, 3), fc.integer(), async (feed, partitions, seed) => {
        const outcome = async (chaos?: Chaos): Promise<string[]> => {
          const driver = await testTopology([first, second], { partitions });
          for (const { key, group, time, value, tick } of feed) {
            if (tick !== null) driver.tick(points, tick);
            driver.send(points, { id: group, key, time, value });
          }
          driver.close(points, 1000);
          driver.run(chaos);
          return texts(driver.read(notes))
            .filter((text) => text.endsWith('.'))
            .sort();
        };
        const windows = new Map<string, number>();
        let watermark = Number.NEGATIVE_INFINITY;
        for (const { group, time, value, tick } of feed) {
          watermark = Math.max(watermark, tick ?? watermark);
          const start = Math.floor(time / 10) * 10;
          if (start + 15 <= watermark) continue;
          const window = `${group} [${start}, ${start + 10})`;
          windows.set(window, (windows.get(window) ?? 0) + value);
        }
        const expected = [...windows].map(([window, total]) => `${window} ${total}.`).sort();
        expect(await outcome()).toEqual(expected);
        expect(await outcome({ random: seeded(seed) })).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
