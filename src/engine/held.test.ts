import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ordered } from './ordered.ts';
import { byHand, note, notes, others, type Point, point, points, seeded, texts } from './points.testing.ts';
import { testTopology } from './testing.ts';
import { BEGINNING } from './tick.ts';
import { topology } from './topology.ts';

/** Notes what holds when a point's turn comes, and again 7 later. */
const priced = topology({
  name: 'priced',
  from: { points },
  broadcast: { others },
  to: { notes },
  build({ points: stream }, keep) {
    const prices = keep.broadcast<Point>('others');
    const priceAt = (time: number) => prices.at('price', time)?.value ?? 'none';
    return {
      notes: stream.pipe(
        ordered<Point, string, string, string>(keep, {
          name: 'prices',
          key: ({ value }) => value.key,
          item: { schema: 'string', of: ({ id }) => id, tie: (id) => id },
          schema: 'string',
          onItem: (_, { time, item }) => ({ state: item, emit: `${item} ${priceAt(time)}`, wakeAt: time + 7 }),
          onAlarm: (id, at) => ({ state: id, emit: `${id} later ${priceAt(at)}` }),
        }),
        note((text) => text),
      ),
    };
  },
});

/** Prices each time after a tick that tells of it, as whoever keeps the promise of a tick writes them. */
const prices = fc.uniqueArray(fc.nat(120), { maxLength: 6 }).map((times) => times.sort((a, b) => a - b));
const feeds = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c'), time: fc.nat(100), tick: fc.option(fc.nat(100), { freq: 2 }) }),
  { maxLength: 40 },
);

describe('a task whose broadcast topic lags behind', () => {
  it('gives the same for every interleaving of topic and input, every batch and every crash', async () => {
    await fc.assert(
      fc.asyncProperty(feeds, prices, fc.integer(), async (feed, times, seed) => {
        const outcome = async (run: (driver: Awaited<ReturnType<typeof testTopology>>, lag: boolean) => void) => {
          const driver = await testTopology(priced, { partitions: 2, room: seed % 2 === 0 ? 1 : 1000 });
          driver.tick(others, BEGINNING);
          run(driver, false);
          return texts(driver.read(notes)).sort();
        };
        const sendFeed = (driver: Awaited<ReturnType<typeof testTopology>>) => {
          feed.forEach(({ key, time, tick }, index) => {
            if (tick !== null) driver.tick(points, tick);
            driver.send(points, point(key, time, 1, `${key}${index}@${time}`));
          });
          driver.close(points, 130);
        };
        const price = (driver: Awaited<ReturnType<typeof testTopology>>, time: number) => {
          driver.tick(others, time);
          driver.send(others, point('price', time, time));
        };
        const calm = await outcome((driver) => {
          for (const time of times) price(driver, time);
          driver.close(others, 200);
          sendFeed(driver);
          driver.run();
        });
        const random = seeded(seed);
        const chaos = { random, crashes: 0.2 };
        const lagging = await outcome((driver) => {
          driver.run();
          sendFeed(driver);
          for (const time of times) {
            if (random() < 0.5) driver.run(chaos);
            price(driver, time);
          }
          driver.close(others, 200);
          driver.run(chaos);
        });
        expect(lagging).toEqual(calm);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves the tick that it waits at unread, and goes on from there', async () => {
    const driver = await testTopology(priced);
    driver.tick(others, 50);
    driver.send(points, point('a', 10));
    driver.tick(points, 60);
    driver.send(points, point('a', 70));
    driver.close(points, 100);
    driver.run();
    expect(texts(driver.read(notes))).toEqual(['a@10 none', 'a@10 later none']);
    expect(driver.tasks[0]).toMatchObject({ watermark: 49, held: { topic: 'test.others', known: 49 } });
    driver.send(others, point('price', 65, 3));
    driver.close(others, 200);
    driver.run();
    expect(texts(driver.read(notes)).slice(2)).toEqual(['a@70 3', 'a@70 later 3']);
    expect(driver.tasks[0]).toMatchObject({ watermark: 100, held: undefined, closed: true });
  });

  it('goes on at once where a task before it had waited', async () => {
    const first = await byHand(priced);
    first.tickBroadcast(10);
    first.send(point('a', 20));
    first.tick(90);
    const { transaction } = first.flush();
    expect(transaction.positions).toEqual({ 'test.points': 1 });
    const again = await byHand(priced, { from: [transaction] });
    again.tickBroadcast(100);
    expect(again.flush().out).toEqual(['a@20 none', 'a@20 later none']);
  });

  it('is told that it may not ask what is not known yet', async () => {
    const hasty = topology({
      name: 'hasty',
      from: { points },
      broadcast: { others },
      to: { notes },
      build({ points: stream }, keep) {
        const known = keep.broadcast<Point>('others');
        return { notes: stream.pipe(note((_, { time }) => `${known.at('price', time)?.value}`)) };
      },
    });
    const driver = await testTopology(hasty);
    driver.tick(others, 50);
    driver.send(points, point('a', 49));
    driver.run();
    driver.send(points, point('a', 50));
    expect(() => driver.run()).toThrow(
      expect.objectContaining({ code: 'OPERATOR_FAILED', message: expect.stringContaining('Take records in order') }),
    );
  });
});
