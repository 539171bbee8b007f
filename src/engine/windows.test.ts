import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byHand, notes, noteWindow, type Point, point, points, sum, texts } from './points.testing.ts';
import { testTopology } from './testing.ts';
import { type Topology, topology } from './topology.ts';
import { type Emission, hoppingWindow, tumblingWindow, type WindowResult } from './windows.ts';

interface Shape {
  readonly size?: number;
  readonly hop?: number;
  readonly grace?: number;
  readonly offset?: number;
  readonly emit?: Emission;
}

function windowed({ size = 10, hop = size, grace = 0, offset = 0, emit = 'close' }: Shape): Topology {
  return topology({
    name: 'windowed',
    from: { points },
    to: { notes },
    build: ({ points: stream }, keep) => ({
      notes: stream.pipe(
        hoppingWindow(keep, {
          name: 'w',
          size,
          hop,
          grace,
          offset,
          emit,
          by: ({ value }) => value.key,
          aggregate: sum,
        }),
        noteWindow,
      ),
    }),
  });
}

/** Closed windows after these points and then this tick. */
async function closed(shape: Shape, sent: readonly Point[], tick: number): Promise<string[]> {
  const driver = await testTopology(windowed(shape));
  driver.tick(points, -100);
  driver.send(points, ...sent);
  driver.tick(points, tick);
  driver.run();
  return texts(driver.read(notes));
}

describe('tumbling windows', () => {
  it('hold their start and not their end', async () => {
    const sent = [point('a', -1), point('a', 0), point('a', 9), point('a', 10), point('a', 19), point('a', 20)];
    expect(await closed({}, sent, 30)).toEqual(['a [-10, 0) 1.', 'a [0, 10) 2.', 'a [10, 20) 2.', 'a [20, 30) 1.']);
  });

  it('close when the watermark reaches end and grace, and not before', async () => {
    expect(await closed({ grace: 5 }, [point('a', 9)], 14)).toEqual([]);
    expect(await closed({ grace: 5 }, [point('a', 9)], 15)).toEqual(['a [0, 10) 1.']);
  });

  it('take records out of order until then', async () => {
    const driver = await testTopology(windowed({ grace: 5 }));
    driver.send(points, point('a', 3));
    driver.tick(points, 14);
    driver.send(points, point('a', 9));
    driver.tick(points, 15);
    driver.send(points, point('a', 8));
    driver.tick(points, 100);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['a [0, 10) 2.']);
  });

  it('lie on a grid that an offset moves', async () => {
    expect(await closed({ offset: 3 }, [point('a', 2), point('a', 3), point('a', 12), point('a', 13)], 100)).toEqual([
      'a [-7, 3) 1.',
      'a [3, 13) 2.',
      'a [13, 23) 1.',
    ]);
  });

  it('close in the order of their ends, and keys of one end in order', async () => {
    expect(await closed({}, [point('b', 11), point('b', 5), point('a', 6)], 100)).toEqual([
      'a [0, 10) 1.',
      'b [0, 10) 1.',
      'b [10, 20) 1.',
    ]);
  });

  it('keep nothing of what has closed', async () => {
    const driver = await testTopology(windowed({}));
    driver.send(points, point('a', 5), point('b', 15), point('c', 25));
    driver.tick(points, 20);
    driver.run();
    expect([...(driver.tasks[0]?.keys ?? [])]).toEqual([['w', 1]]);
    expect(driver.tasks[0]?.waiting).toBe(1);
  });
});

describe('emission', () => {
  async function emitted(emit: Emission): Promise<string[]> {
    const hand = await byHand(windowed({ emit }));
    hand.tick(0);
    hand.send(point('a', 1), point('a', 2), point('b', 3));
    const first = hand.flush().out;
    hand.send(point('a', 4));
    hand.tick(10);
    hand.send(point('c', 15));
    return [...first, '|', ...hand.flush().out];
  }

  it('each: on every record, and not at the close', async () => {
    expect(await emitted('each')).toEqual([
      'a [0, 10) 1',
      'a [0, 10) 2',
      'b [0, 10) 1',
      '|',
      'a [0, 10) 3',
      'c [10, 20) 1',
    ]);
  });

  it('update: once per commit for each window that changed, and once more when it closes', async () => {
    expect(await emitted('update')).toEqual([
      'a [0, 10) 2',
      'b [0, 10) 1',
      '|',
      'a [0, 10) 3.',
      'b [0, 10) 1.',
      'c [10, 20) 1',
    ]);
  });

  it('close: once, when the watermark has passed', async () => {
    expect(await emitted('close')).toEqual(['|', 'a [0, 10) 3.', 'b [0, 10) 1.']);
  });
});

describe('hopping windows', () => {
  it('start at every hop, so that a record falls into several', async () => {
    expect(await closed({ size: 10, hop: 5 }, [point('a', 7), point('a', 10)], 100)).toEqual([
      'a [0, 10) 1.',
      'a [5, 15) 2.',
      'a [10, 20) 1.',
    ]);
  });

  it('need a hop between nothing and their size', async () => {
    for (const hop of [0, -1, 11]) {
      await expect(testTopology(windowed({ size: 10, hop }))).rejects.toThrow('needs 0 < hop <= size');
    }
  });
});

interface Fed {
  readonly sent: readonly Point[];
  /** Before the point of this index, a tick. */
  readonly ticks: ReadonlyMap<number, number>;
}

/** Points out of order, some behind the ticks among them. */
const feeds: fc.Arbitrary<Fed> = fc
  .array(
    fc.record({
      key: fc.constantFrom('a', 'b'),
      time: fc.integer({ min: -30, max: 60 }),
      value: fc.nat(9),
      tick: fc.option(fc.integer({ min: -30, max: 60 })),
    }),
    { maxLength: 50 },
  )
  .map((steps) => ({
    sent: steps.map(({ key, time, value }, index) => ({ id: `${index}`, key, time, value })),
    ticks: new Map(steps.flatMap(({ tick }, index) => (tick === null ? [] : [[index, tick] as const]))),
  }));

it('tumbling and hopping windows hold what a recompute of the same feed gives, and what they refused is late', async () => {
  const shapes = fc.constantFrom<Required<Pick<Shape, 'size' | 'hop' | 'grace' | 'offset'>>>(
    { size: 10, hop: 10, grace: 0, offset: 0 },
    { size: 10, hop: 10, grace: 7, offset: 3 },
    { size: 12, hop: 4, grace: 0, offset: 0 },
    { size: 10, hop: 3, grace: 5, offset: 1 },
  );
  await fc.assert(
    fc.asyncProperty(feeds, shapes, async ({ sent, ticks }, shape) => {
      const { size, hop, grace, offset } = shape;
      const one = windowed(shape);
      const driver = await testTopology(one);
      const windows = new Map<string, number>();
      const late: string[] = [];
      let watermark = Number.NEGATIVE_INFINITY;
      sent.forEach((value, index) => {
        const tick = ticks.get(index);
        if (tick !== undefined) {
          driver.tick(points, tick);
          watermark = Math.max(watermark, tick);
        }
        driver.send(points, value);
        const { key, time } = value;
        for (let start = time - size - hop; start <= time; start++) {
          if (start + size <= time || (((start - offset) % hop) + hop) % hop !== 0) continue;
          const window = `${key} [${start}, ${start + size})`;
          if (start + size + grace <= watermark) late.push(`${window} ${time}`);
          else windows.set(window, (windows.get(window) ?? 0) + value.value);
        }
      });
      driver.close(points, 1000);
      driver.run();
      expect(texts(driver.read(notes)).sort()).toEqual(
        [...windows].map(([window, total]) => `${window} ${total}.`).sort(),
      );
      expect(
        driver
          .late(one)
          .map(({ key, windowStart, windowEnd, time }) => `${key} [${windowStart}, ${windowEnd}) ${time}`)
          .sort(),
      ).toEqual(late.sort());
    }),
  );
});

it('two stages give what one stage gives: a window of windows that are closed equals the longer window', async () => {
  const long = topology({
    name: 'long',
    from: { points },
    to: { notes },
    build: ({ points: stream }, keep) => ({
      notes: stream.pipe(
        tumblingWindow(keep, { name: 'ten', size: 10, by: ({ value }) => value.key, aggregate: sum, emit: 'close' }),
        tumblingWindow(keep, {
          name: 'twenty',
          size: 20,
          by: ({ value }) => value.key,
          aggregate: {
            schema: 'long',
            init: () => 0,
            add: (total: number, { value }: WindowResult<number>) => total + value,
          },
          emit: 'close',
        }),
        noteWindow,
      ),
    }),
  });
  await fc.assert(
    fc.asyncProperty(feeds, async ({ sent, ticks }) => {
      const run = async (one: Topology): Promise<string[]> => {
        const driver = await testTopology(one);
        sent.forEach((value, index) => {
          // Ticks at the longer windows' ends, so that both judge the same records late.
          const tick = ticks.get(index);
          if (tick !== undefined) driver.tick(points, Math.floor(tick / 20) * 20);
          driver.send(points, value);
        });
        driver.close(points, 1000);
        driver.run();
        return texts(driver.read(notes)).sort();
      };
      expect(await run(long)).toEqual(await run(windowed({ size: 20 })));
    }),
    { numRuns: 50 },
  );
});
