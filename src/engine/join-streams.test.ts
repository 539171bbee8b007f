import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinStreams } from './joins.ts';
import { note, notes, others, type Point, point, pointSchema, points, seeded, texts } from './points.testing.ts';
import { type TestDriver, testTopology } from './testing.ts';
import { type Topology, topology } from './topology.ts';

function joined(kind: 'inner' | 'left', grace = 0): Topology {
  return topology({
    name: 'joined',
    from: { points, others },
    to: { notes },
    build: ({ points: left, others: right }, keep) => ({
      notes: joinStreams(keep, left, right, {
        name: 'pairs',
        leftSchema: pointSchema,
        rightSchema: pointSchema,
        leftKey: ({ value }) => value.key,
        rightKey: ({ value }) => value.key,
        within: 10,
        grace,
        kind,
        join: (l: Point, r: Point | undefined) => `${l.id}-${r?.id ?? ''}`,
      }).pipe(note((pair, { time }) => `${pair} at ${time}`)),
    }),
  });
}

function tick(driver: TestDriver, time: number): void {
  driver.tick(points, time);
  driver.tick(others, time);
}

const left = (time: number, id: string): Point => point('k', time, 1, id);

describe('joining streams', () => {
  it('pairs records of one key whose times are at most within apart, dated by the later one', async () => {
    const driver = await testTopology(joined('inner'));
    driver.send(points, left(20, 'l'), point('other', 20, 1, 'm'));
    driver.send(others, left(9, 'a'), left(10, 'b'), left(30, 'c'), left(31, 'd'));
    driver.run();
    expect(texts(driver.read(notes)).sort()).toEqual(['l-b at 20', 'l-c at 30']);
  });

  it('meets whatever comes second, in any order', async () => {
    const driver = await testTopology(joined('inner'));
    driver.send(others, left(25, 'r'));
    driver.run();
    driver.send(points, left(20, 'l'), left(16, 'm'));
    driver.run();
    driver.send(others, left(11, 's'));
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['l-r at 25', 'm-r at 25', 'l-s at 20', 'm-s at 16']);
  });

  it('left: emits what met nobody, once its time to meet has passed', async () => {
    const driver = await testTopology(joined('left', 5));
    driver.send(points, left(20, 'l'), left(21, 'm'));
    driver.send(others, left(31, 'r'));
    tick(driver, 35);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['m-r at 31']);
    tick(driver, 36);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['m-r at 31', 'l- at 20']);
  });

  it('sends what is behind the watermark and grace to the late topic, from either side', async () => {
    const one = joined('left', 5);
    const driver = await testTopology(one);
    tick(driver, 20);
    driver.send(points, left(14, 'l'), left(15, 'm'));
    driver.send(others, left(14, 'r'), left(16, 's'));
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['m-s at 16']);
    expect(driver.late(one)).toMatchObject([
      { store: 'pairs', key: 'k', time: 14, watermark: 20, topic: 'test.points' },
      { store: 'pairs', key: 'k', time: 14, watermark: 20, topic: 'test.others' },
    ]);
  });

  it('gives every pair exactly once, as a brute-force join does, wherever the task crashes, and forgets all', async () => {
    const feeds = fc.array(
      fc.record({
        isLeft: fc.boolean(),
        key: fc.constantFrom('k', 'k', 'l'),
        step: fc.nat(5),
        back: fc.integer({ min: -10, max: 25 }),
        ticks: fc.boolean(),
        run: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(
        feeds,
        fc.constantFrom<'inner' | 'left'>('inner', 'left'),
        fc.constantFrom(0, 20),
        fc.integer(),
        async (steps, kind, grace, seed) => {
          const chaos = { random: seeded(seed), crashes: 0.2 };
          const driver = await testTopology(joined(kind, grace));
          const taken = { left: [] as Point[], right: [] as Point[] };
          let watermark = Number.NEGATIVE_INFINITY;
          let clock = 0;
          steps.forEach(({ isLeft, key, step, back, ticks, run }, index) => {
            clock += step;
            if (ticks) {
              tick(driver, clock);
              watermark = clock;
            }
            const time = clock - back;
            const sent = point(key, time, 1, `${index}`);
            driver.send(isLeft ? points : others, sent);
            if (time + grace >= watermark) (isLeft ? taken.left : taken.right).push(sent);
            if (run) driver.run(chaos);
          });
          driver.close(points, 1000);
          driver.close(others, 1000);
          driver.run(chaos);
          const expected = taken.left.flatMap((l) => {
            const met = taken.right.filter((r) => r.key === l.key && Math.abs(r.time - l.time) <= 10);
            const pairs = met.map((r) => `${l.id}-${r.id} at ${Math.max(l.time, r.time)}`);
            return pairs.length === 0 && kind === 'left' ? [`${l.id}- at ${l.time}`] : pairs;
          });
          expect(texts(driver.read(notes)).sort()).toEqual(expected.sort());
          expect(driver.tasks[0]?.keys.get('pairs')).toBe(0);
        },
      ),
    );
  });
});
