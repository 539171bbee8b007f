import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Event, eventSchema, type Kind } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { type Chaos, type TestDriver, testTopology } from '../src/engine/testing.ts';
import { topic } from '../src/engine/topic.ts';
import { topology } from '../src/engine/topology.ts';
import { categoryMetrics, categoryPartials } from './category-metrics.ts';
import { categoryStatistics, statisticPartials } from './category-statistics.ts';
import { clientProfiles } from './client-profiles.ts';
import { HOUR, MINUTE } from './sales.ts';
import { segmentMetrics, segmentPartials } from './segment-metrics.ts';
import { sessions } from './sessions.ts';

const all = [
  categoryPartials,
  categoryMetrics,
  statisticPartials,
  categoryStatistics,
  segmentPartials,
  segmentMetrics,
  clientProfiles,
  sessions,
];

/** Events as they come in, spread over partitions by event, so that each partition of `events` has many writers. */
const inbox = topic<Event>({ name: 'inbox', schema: eventSchema, key: ({ eventId }) => eventId, ticked: true });
/** The same from outsiders, who do not tick. */
const outbox = topic<Event>({
  name: 'outbox',
  schema: eventSchema,
  key: ({ eventId }) => eventId,
  ticked: true,
  disorder: 5 * MINUTE,
});
const relay = topology({
  name: 'relay',
  from: { inbox },
  to: { events: topics.events },
  build: ({ inbox: stream }) => ({ events: stream }),
});
const outside = topology({
  name: 'outside',
  from: { outbox },
  to: { events: topics.events },
  build: ({ outbox: stream }) => ({ events: stream }),
});

const start = Date.UTC(2011, 0, 3, 9);

function event(eventId: string, time: number, over: Partial<Event> = {}): Event {
  return {
    eventId,
    customerId: 'c1',
    kind: 'PURCHASE',
    time,
    orderId: null,
    product: 'p',
    category: 'Books',
    unitPrice: 250,
    quantity: 2,
    amount: 500,
    currency: 'GBP',
    paymentMethod: null,
    gender: null,
    age: null,
    country: 'France',
    returned: null,
    localDate: '2011-01-03',
    localHour: 9,
    dataset: 'test',
    file: null,
    row: null,
    ...over,
  };
}

/** mulberry32: a small seeded generator, so that a failing run can be repeated from its seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Tables {
  readonly categories: unknown;
  readonly statistics: unknown;
  readonly segments: unknown;
  readonly profiles: unknown;
  readonly sessions: unknown;
  readonly late: unknown;
}

/** What tables hold at the end: the last version of every row, and what came late. */
function tables(driver: TestDriver): Tables {
  const last = <T>(rows: readonly T[], key: (row: T) => string): [string, T][] =>
    [...new Map(rows.map((row) => [key(row), row]))].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    categories: last(driver.read(topics.categoryMetrics), (row) => `${row.category}/${row.windowStart}`),
    statistics: last(driver.read(topics.categoryStatistics), (row) => `${row.category}/${row.windowStart}`),
    segments: last(driver.read(topics.segmentMetrics), (row) => `${row.dimension}/${row.segment}/${row.windowStart}`),
    profiles: last(driver.read(topics.clientProfiles), (row) => row.customerId),
    sessions: last(driver.read(topics.sessions), (row) => `${row.customerId}/${row.sessionStart}`),
    late: all
      .flatMap((one) =>
        driver.late(one).map(({ topology, key, time, windowStart }) => `${topology} ${key} ${time} ${windowStart}`),
      )
      .sort(),
  };
}

interface Feed {
  readonly events: readonly Event[];
  /** The source ticks before the event of this index. */
  readonly ticks: ReadonlyMap<number, number>;
}

/** A source that ticks all partitions, then a re-keying. */
async function ofSource(feed: Feed, partitions: number, chaos?: Chaos): Promise<Tables> {
  const driver = await testTopology([relay, ...all], { partitions });
  feed.events.forEach((one, index) => {
    const tick = feed.ticks.get(index);
    if (tick !== undefined) driver.tick(inbox, tick);
    driver.send(inbox, one);
  });
  driver.close(inbox, Math.max(...feed.events.map(({ time }) => time)) + 1);
  driver.run(chaos);
  return tables(driver);
}

/** Outsiders that do not tick, each partition with a watermark of its own, then a re-keying. */
async function ofOutsiders(feed: Feed, partitions: number, chaos?: Chaos): Promise<Tables> {
  const driver = await testTopology([outside, ...all], { partitions });
  driver.send(outbox, ...feed.events);
  driver.run(chaos);
  return tables(driver);
}

const kinds: readonly Kind[] = ['PURCHASE', 'RETURN', 'VIEW', 'CART'];
const feeds: fc.Arbitrary<Feed> = fc
  .array(
    fc.record({
      customer: fc.integer({ min: 0, max: 5 }),
      kind: fc.constantFrom(...kinds),
      step: fc.integer({ min: 0, max: 40 }),
      back: fc.constantFrom(0, 0, 0, 3, 25, 200),
      category: fc.constantFrom('Books', 'Home', null),
      price: fc.integer({ min: 1, max: 900 }),
      ticks: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let clock = start;
    const ticks = new Map<number, number>();
    const events = steps.map(({ customer, kind, step, back, category, price, ticks: tick }, index) => {
      clock += step * MINUTE;
      if (tick) ticks.set(index, clock - 5 * MINUTE);
      return event(`e${String(index).padStart(3, '0')}`, clock - back * MINUTE, {
        customerId: customer === 0 ? null : `c${customer}`,
        orderId: `o${index}`,
        kind,
        category,
        unitPrice: price,
        amount: price * 2,
      });
    });
    return { events, ticks };
  });

describe('every topology', () => {
  it('gives the same tables, the same closed windows and the same late records however partitions interleave, batches fall and tasks crash', async () => {
    await fc.assert(
      fc.asyncProperty(
        feeds,
        fc.constantFrom(ofSource, ofOutsiders),
        fc.constantFrom(1, 2, 4),
        fc.integer(),
        async (feed, outcome, partitions, seed) => {
          const calm = await outcome(feed, partitions);
          const wild = await outcome(feed, partitions, { random: seeded(seed) });
          expect(wild).toEqual(calm);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  it('gives the same tables at 1, 2 and 4 partitions', async () => {
    await fc.assert(
      fc.asyncProperty(feeds, async (feed) => {
        const one = await ofSource(feed, 1);
        expect(await ofSource(feed, 2)).toEqual(one);
        expect(await ofSource(feed, 4)).toEqual(one);
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

describe('category metrics', () => {
  it('counts sales gross, returns beside them, anonymous sales without a customer, and marks hours that have closed', async () => {
    const driver = await testTopology(all, { partitions: 2 });
    driver.send(
      topics.events,
      event('a', start),
      event('b', start + MINUTE, { customerId: 'c2', unitPrice: 100, quantity: 1, amount: 100 }),
      event('c', start + 2 * MINUTE, { customerId: null, orderId: 'o9' }),
      event('d', start + 3 * MINUTE, { kind: 'RETURN', quantity: -1, amount: -250 }),
      event('e', start + HOUR),
    );
    driver.close(topics.events, start + HOUR + 30 * MINUTE);
    driver.run();
    const rows = new Map(driver.read(topics.categoryMetrics).map((row) => [row.windowStart, row]));
    expect(rows.get(start)).toEqual({
      category: 'Books',
      windowStart: start,
      windowEnd: start + HOUR,
      transactions: 3,
      uniqueCustomers: 2,
      revenue: 1100,
      minPrice: 100,
      avgPrice: 200,
      maxPrice: 250,
      quantity: 5,
      returns: 1,
      complete: true,
    });
    expect(rows.get(start + HOUR)).toMatchObject({ transactions: 1, complete: false });
  });

  it('sends an event to the late topic when its hour had closed, and counts it nowhere', async () => {
    const driver = await testTopology(all, { partitions: 2 });
    driver.send(topics.events, event('a', start));
    driver.tick(topics.events, start + HOUR + 10 * MINUTE);
    driver.send(topics.events, event('b', start + MINUTE));
    driver.close(topics.events, start + 2 * HOUR);
    driver.run();
    expect(driver.late(categoryPartials)).toMatchObject([
      { store: 'hourly', windowStart: start, windowEnd: start + HOUR, time: start + MINUTE },
    ]);
    expect(driver.read(topics.categoryMetrics).at(-1)).toMatchObject({ transactions: 1, complete: true });
  });
});

describe('a second file of the same dataset', () => {
  it('leaves the same tables as both at once, however unevenly partitions read it after the first had ended', async () => {
    const HOURS = 60;
    const events = Array.from({ length: 240 }, (_, index) =>
      event(`e${String(index).padStart(3, '0')}`, start + Math.floor((index * HOURS) / 240) * HOUR, {
        customerId: `c${index % 7}`,
      }),
    );
    const half = events.slice(0, 120);
    const rest = events.slice(120);
    const end = (some: readonly Event[]): number => Math.max(...some.map(({ time }) => time)) + 1;
    for (const seed of [0, 1, 2, 3, 4]) {
      // Nothing but zeros: the first task that can go on does, so that one is done with a file before the next begins it.
      const chaos = seed === 0 ? { random: () => 0, crashes: 0 } : { random: seeded(seed) };
      const one = await testTopology([relay, ...all], { partitions: 4 });
      const two = await testTopology([relay, ...all], { partitions: 4 });
      for (const some of [half, rest]) {
        for (const item of some) {
          one.tick(inbox, item.time);
          one.send(inbox, item);
          two.tick(inbox, item.time);
          two.send(inbox, item);
        }
        two.close(inbox, end(some));
        two.run(chaos);
      }
      one.close(inbox, end(rest));
      one.run();
      expect(tables(two)).toEqual(tables(one));
    }
  });
});
