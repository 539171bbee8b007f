import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byHand, notes, noteWindow, type Point, point, points, seeded, texts } from './points.testing.ts';
import { slidingWindow } from './sliding.ts';
import { testTopology } from './testing.ts';
import { type Topology, topology } from './topology.ts';

/** The ids of the last 10 ms, in the order in which they came into the window. */
function sliding(grace: number): Topology {
  return topology({
    name: 'sliding',
    from: { points },
    to: { notes },
    build: ({ points: stream }, keep) => ({
      notes: stream.pipe(
        slidingWindow(keep, {
          name: 'trail',
          size: 10,
          grace,
          by: ({ value }) => value.key,
          item: { schema: 'string', of: ({ id }: Point) => id, tie: (id) => id },
          aggregate: { init: () => '', add: (ids: string, id) => `${ids}${id}` },
        }),
        noteWindow,
      ),
    }),
  });
}

describe('sliding windows', () => {
  it('hold for every record those of its key in (time − size, time], once the watermark has passed it', async () => {
    const driver = await testTopology(sliding(0));
    driver.send(points, point('k', 0, 1, 'a'), point('k', 9, 1, 'b'), point('k', 10, 1, 'c'), point('k', 30, 1, 'd'));
    driver.tick(points, 10);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['k [-9, 1) "a".', 'k [0, 10) "ab".']);
    driver.tick(points, 31);
    driver.run();
    expect(texts(driver.read(notes)).slice(2)).toEqual(['k [1, 11) "bc".', 'k [21, 31) "d".']);
  });

  it('wait for grace, and take records out of order until it has passed', async () => {
    const hand = await byHand(sliding(5));
    hand.tick(0);
    hand.send(point('k', 8, 1, 'b'), point('k', 3, 1, 'a'));
    hand.tick(8);
    expect(hand.flush().out).toEqual([]);
    hand.send(point('k', 6, 1, 'x'));
    hand.tick(9);
    expect(hand.flush().out).toEqual(['k [-6, 4) "a".']);
    hand.send(point('k', 3, 1, 'y'));
    hand.tick(14);
    expect(hand.flush().out).toEqual(['k [-3, 7) "ax".', 'k [-1, 9) "axb".']);
    expect(hand.task.counters.late).toBe(1);
  });

  it('forget a key when its last record has left every window', async () => {
    const hand = await byHand(sliding(0));
    hand.tick(0);
    hand.send(point('k', 5));
    hand.tick(14);
    expect(hand.task.keys.get('trail')).toBe(1);
    hand.tick(15);
    expect(hand.task.keys.get('trail')).toBe(0);
  });

  it('equal a recompute of the same records, in whatever order they come and wherever the task crashes', async () => {
    const feeds = fc.array(
      fc.record({
        key: fc.constantFrom('k', 'l'),
        time: fc.integer({ min: 0, max: 60 }),
        tick: fc.option(fc.integer({ min: 0, max: 60 })),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(feeds, fc.constantFrom(0, 7), fc.integer(), async (steps, grace, seed) => {
        const chaos = { random: seeded(seed), crashes: 0.2 };
        const one = sliding(grace);
        const driver = await testTopology(one);
        const taken: Point[] = [];
        let late = 0;
        let watermark = Number.NEGATIVE_INFINITY;
        steps.forEach(({ key, time, tick }, index) => {
          if (tick !== null) {
            driver.tick(points, tick);
            watermark = Math.max(watermark, tick);
          }
          const sent = point(key, time, 1, String.fromCharCode(65 + index));
          driver.send(points, sent);
          if (time + grace < watermark) late++;
          else taken.push(sent);
        });
        driver.close(points, 1000);
        driver.run(chaos);
        taken.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
        const expected = taken.map(({ key, time }, index) => {
          const within = taken.filter((old, at) => at <= index && old.key === key && old.time > time - 10);
          return `${key} [${time - 9}, ${time + 1}) "${within.map(({ id }) => id).join('')}".`;
        });
        expect(texts(driver.read(notes)).sort()).toEqual(expected.sort());
        expect(driver.late(one)).toHaveLength(late);
        expect(driver.tasks[0]?.keys.get('trail')).toBe(0);
      }),
    );
  });
});
