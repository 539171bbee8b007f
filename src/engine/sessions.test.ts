import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byHand, notes, noteWindow, type Point, point, points, seeded, texts } from './points.testing.ts';
import { sessionWindow } from './sessions.ts';
import { testTopology } from './testing.ts';
import { type Topology, topology } from './topology.ts';

interface Shape {
  readonly cap?: number;
  readonly grace?: number;
  readonly emit?: 'update' | 'close';
}

/** Sessions with a gap of 10 ms, holding their ids. */
function visits({ cap, grace = 0, emit = 'close' }: Shape): Topology {
  return topology({
    name: 'visits',
    from: { points },
    to: { notes },
    build: ({ points: stream }, keep) => ({
      notes: stream.pipe(
        sessionWindow(keep, {
          name: 'visits',
          gap: 10,
          ...(cap === undefined ? {} : { cap }),
          grace,
          by: ({ value }) => value.key,
          item: { schema: 'string', of: ({ id }: Point) => id, tie: (id) => id },
          aggregate: { schema: 'string', init: () => '', add: (ids: string, id) => `${ids}${id}` },
          emit,
        }),
        noteWindow,
      ),
    }),
  });
}

async function sessionsOf(shape: Shape, times: readonly number[], tick: number): Promise<string[]> {
  const driver = await testTopology(visits(shape));
  driver.tick(points, 0);
  driver.send(points, ...times.map((time, index) => point('k', time, 1, String.fromCharCode(65 + index))));
  driver.tick(points, tick);
  driver.run();
  return texts(driver.read(notes));
}

describe('session windows', () => {
  it('go on while the next record comes within the gap, and end where it comes at the gap exactly', async () => {
    expect(await sessionsOf({}, [1, 10, 19, 29], 100)).toEqual(['k [1, 20) "ABC".', 'k [29, 30) "D".']);
  });

  it('close when the watermark reaches the last record, the gap and grace', async () => {
    expect(await sessionsOf({}, [1, 5], 14)).toEqual([]);
    expect(await sessionsOf({}, [1, 5], 15)).toEqual(['k [1, 6) "AB".']);
    expect(await sessionsOf({ grace: 3 }, [1, 5], 17)).toEqual([]);
    expect(await sessionsOf({ grace: 3 }, [1, 5], 18)).toEqual(['k [1, 6) "AB".']);
  });

  it('are joined by a record between them that comes within grace', async () => {
    const hand = await byHand(visits({ grace: 5 }));
    hand.tick(0);
    hand.send(point('k', 1, 1, 'A'), point('k', 15, 1, 'C'));
    hand.tick(13);
    hand.send(point('k', 8, 1, 'B'));
    hand.tick(100);
    expect(hand.flush().out).toEqual(['k [1, 16) "ABC".']);
  });

  it('are cut by their cap, and what comes then begins another', async () => {
    expect(await sessionsOf({ cap: 15 }, [0, 8, 15, 16, 29], 100)).toEqual([
      'k [0, 9) "AB".',
      'k [15, 17) "CD".',
      'k [29, 30) "E".',
    ]);
  });

  it('take records in the order of time and tie, not of coming', async () => {
    expect(await sessionsOf({}, [9, 3, 3, 6], 100)).toEqual(['k [3, 10) "BCDA".']);
  });

  it('update: once per commit while they are open, and once more when they close', async () => {
    const hand = await byHand(visits({ emit: 'update' }));
    hand.tick(0);
    hand.send(point('k', 1, 1, 'A'), point('k', 2, 1, 'B'));
    expect(hand.flush().out).toEqual([]);
    hand.tick(5);
    expect(hand.flush().out).toEqual(['k [1, 3) "AB"']);
    hand.send(point('k', 30, 1, 'C'));
    expect(hand.flush().out).toEqual([]);
    hand.tick(31);
    expect(hand.flush().out).toEqual(['k [1, 3) "AB".', 'k [30, 31) "C"']);
  });

  it('send what is behind the watermark and grace to the late topic', async () => {
    const one = visits({ grace: 2 });
    const driver = await testTopology(one);
    driver.tick(points, 20);
    driver.send(points, point('k', 17, 1, 'A'), point('k', 18, 1, 'B'));
    driver.tick(points, 100);
    driver.run();
    expect(driver.late(one)).toMatchObject([{ store: 'visits', key: 'k', time: 17, watermark: 20 }]);
    expect(texts(driver.read(notes))).toEqual(['k [18, 19) "B".']);
  });

  it('equal a recompute of the same records, in whatever order they come and wherever the task crashes, and leave nothing behind', async () => {
    const feeds = fc.array(
      fc.record({
        key: fc.constantFrom('k', 'l'),
        time: fc.integer({ min: 0, max: 120 }),
        tick: fc.option(fc.integer({ min: 0, max: 120 }), { freq: 2 }),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(
        feeds,
        fc.constantFrom(undefined, 15, 25),
        fc.constantFrom(0, 30),
        fc.integer(),
        async (steps, cap, grace, seed) => {
          const chaos = { random: seeded(seed), crashes: 0.2 };
          const driver = await testTopology(visits({ grace, ...(cap === undefined ? {} : { cap }) }));
          const taken: Point[] = [];
          let watermark = Number.NEGATIVE_INFINITY;
          steps.forEach(({ key, time, tick }, index) => {
            if (tick !== null) {
              driver.tick(points, tick);
              watermark = Math.max(watermark, tick);
            }
            const sent = point(key, time, 1, String.fromCharCode(65 + index));
            driver.send(points, sent);
            if (time + grace >= watermark) taken.push(sent);
          });
          driver.close(points, 1000);
          driver.run(chaos);
          taken.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
          const expected: { key: string; start: number; end: number; ids: string }[] = [];
          for (const { key, time, id } of taken) {
            const open = expected.findLast((session) => session.key === key);
            if (open === undefined || time >= open.end + 10 || time >= open.start + (cap ?? 1000)) {
              expected.push({ key, start: time, end: time, ids: id });
            } else {
              open.end = time;
              open.ids += id;
            }
          }
          expect(texts(driver.read(notes)).sort()).toEqual(
            expected.map(({ key, start, end, ids }) => `${key} [${start}, ${end + 1}) "${ids}".`).sort(),
          );
          expect(driver.tasks[0]?.keys.get('visits')).toBe(0);
        },
      ),
    );
  });
});
