import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY } from '../datasets/civil.ts';
import { dayEnds } from '../datasets/day-end.ts';
import { type ChurnExample, type Event, eventSchema } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { addToHistories, exampleOf, type Histories } from '../src/churn/examples.ts';
import { dayOf } from '../src/churn/history.ts';
import { isGridDay } from '../src/churn/schedule.ts';
import { seeded } from '../src/commands/seeded.testing.ts';
import { type Chaos, testTopology } from '../src/engine/testing.ts';
import { topic } from '../src/engine/topic.ts';
import { topology } from '../src/engine/topology.ts';
import { churnFeatures } from './churn-features.ts';
import { event } from './event.testing.ts';

const HOUR = DAY / 24;
const HORIZON = 90;

/** A purchase at noon UTC of that day, or at another time. */
function bought(date: string, over: Partial<Event> = {}): Event {
  return event({ time: dayOf(date) * DAY + 12 * HOUR, localDate: date, ...over });
}

/** Midnight UTC that begins the date. */
function midnight(date: string): number {
  return dayOf(date) * DAY;
}

async function examplesOf(events: readonly Event[], until: number, zone = 'UTC'): Promise<ChurnExample[]> {
  const driver = await testTopology(churnFeatures([zone]));
  driver.send(topics.events, ...events);
  driver.close(topics.events, until);
  driver.run();
  return driver.read(topics.churnExamples);
}

const seen = (examples: readonly ChurnExample[]): string[] =>
  examples.map(({ asOf, trigger, label }) => `${asOf} ${trigger} ${label}`);

describe('churn features', () => {
  it('give an example of every purchase and every month end once its horizon has passed, also of who stays silent', async () => {
    const examples = await examplesOf([bought('2023-11-15'), bought('2023-12-31')], midnight('2024-07-01'));
    expect(seen(examples)).toEqual([
      '2023-11-15 PURCHASE 0',
      '2023-11-30 GRID 0',
      '2023-12-31 PURCHASE 1',
      '2023-12-31 GRID 1',
      '2024-01-31 GRID 1',
      '2024-02-29 GRID 1',
      '2024-03-31 GRID 1',
    ]);
    expect(examples[5]).toEqual({
      customerId: 'anna',
      asOf: '2024-02-29',
      trigger: 'GRID',
      horizonDays: 90,
      label: 1,
      time: midnight('2024-05-30'),
      active180: true,
      recency: 60,
      frequency: 2,
      monetarySum: 10,
      monetaryMean: 5,
      tenure: 106,
      gapMean: 46,
      gapSd: 0,
      recencyOverGap: 60 / 46,
      count30: 0,
      count90: 1,
      count180: 2,
      spend30: 0,
      spend90: 5,
      spend180: 10,
      trend90: 0,
      quantityMean: 1,
    });
  });

  it('wait for the last instant of the horizon, and not longer', async () => {
    const end = midnight('2024-01-10') + (HORIZON + 1) * DAY;
    expect(await examplesOf([bought('2024-01-10')], end - 1)).toEqual([]);
    expect(await examplesOf([bought('2024-01-10')], end)).toHaveLength(1);
  });

  it('take two purchases of a day as one', async () => {
    const day = [
      bought('2024-01-10'),
      bought('2024-01-10', { time: midnight('2024-01-10'), amount: 250, quantity: 3 }),
    ];
    const [first, ...rest] = await examplesOf(day, midnight('2024-04-10'));
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ frequency: 1, monetarySum: 7.5, quantityMean: 4 });
  });

  it('count a purchase that cost nothing, and neither returns nor what is only looked at', async () => {
    const examples = await examplesOf(
      [
        bought('2024-01-10', { amount: 0 }),
        bought('2024-01-11', { kind: 'RETURN', amount: -500, quantity: -1 }),
        bought('2024-01-12', { kind: 'VIEW' }),
        bought('2024-01-13', { customerId: null }),
      ],
      midnight('2024-05-01'),
    );
    expect(seen(examples)).toEqual(['2024-01-10 PURCHASE 1', '2024-01-31 GRID 1']);
    expect(examples[1]).toMatchObject({ frequency: 1, monetarySum: 0, recency: 21 });
  });

  it('end days as the shop’s clocks say, summer and winter', async () => {
    const [winter, summer] = await examplesOf(
      [
        bought('2024-01-10', { time: midnight('2024-01-11') + 4 * HOUR }),
        bought('2024-08-10', { time: midnight('2024-08-11') + 3 * HOUR }),
      ],
      midnight('2025-01-01'),
      'America/New_York',
    ).then((all) => all.filter(({ trigger }) => trigger === 'PURCHASE'));
    // 2024-01-10 + 90 days is 2024-04-09, in summer; 2024-08-10 + 90 days is 2024-11-08, in winter.
    expect(winter).toMatchObject({ asOf: '2024-01-10', time: midnight('2024-04-10') + 4 * HOUR });
    expect(summer).toMatchObject({ asOf: '2024-08-10', time: midnight('2024-11-09') + 5 * HOUR });
  });

  it('put a purchase aside that comes when its day has ended, and take one that comes before that', async () => {
    const churn = churnFeatures(['UTC']);
    const driver = await testTopology(churn);
    driver.send(topics.events, bought('2024-01-10'));
    driver.tick(topics.events, midnight('2024-01-12') - 1);
    driver.send(topics.events, bought('2024-01-11', { time: midnight('2024-01-11') }));
    driver.tick(topics.events, midnight('2024-01-12'));
    driver.send(topics.events, bought('2024-01-11', { time: midnight('2024-01-11') + 1 }));
    driver.close(topics.events, midnight('2024-05-01'));
    driver.run();
    expect(driver.late(churn)).toMatchObject([{ store: 'histories', key: 'anna', windowEnd: midnight('2024-01-12') }]);
    expect(driver.read(topics.churnExamples).at(-1)).toMatchObject({ asOf: '2024-01-31', monetarySum: 10 });
  });

  it('go on from where they were with a second file', async () => {
    const driver = await testTopology(churnFeatures(['UTC']));
    driver.send(topics.events, bought('2024-01-10'));
    driver.close(topics.events, midnight('2024-06-01'));
    driver.run();
    driver.send(topics.events, bought('2024-06-01'));
    driver.close(topics.events, midnight('2024-10-01'));
    driver.run();
    expect(seen(driver.read(topics.churnExamples))).toEqual([
      '2024-01-10 PURCHASE 1',
      '2024-01-31 GRID 1',
      '2024-02-29 GRID 1',
      '2024-03-31 GRID 0',
      '2024-04-30 GRID 0',
      '2024-05-31 GRID 0',
      '2024-06-01 PURCHASE 1',
      '2024-06-30 GRID 1',
    ]);
  });
});

/** Events as they come in, spread over partitions by event, so that each partition of `events` has many writers. */
const inbox = topic<Event>({ name: 'inbox', schema: eventSchema, key: ({ eventId }) => eventId, ticked: true });
const relay = topology({
  name: 'relay',
  from: { inbox },
  to: { events: topics.events },
  build: ({ inbox: stream }) => ({ events: stream }),
});

interface Feed {
  readonly events: readonly Event[];
  /** The source ticks before the event of this index, and after the last. */
  readonly ticks: readonly (number | undefined)[];
  readonly until: number;
}

const zone = 'America/New_York';
const endOf = dayEnds([zone]);

const feeds: fc.Arbitrary<Feed> = fc
  .array(
    fc.record({
      customer: fc.integer({ min: 0, max: 4 }),
      step: fc.integer({ min: 0, max: 60 * 24 }),
      back: fc.constantFrom(0, 0, 0, 10, 30, 200),
      amount: fc.integer({ min: 0, max: 10_000 }),
      ticks: fc.boolean(),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((steps) => {
    let clock = Date.UTC(2023, 9, 20, 9);
    const ticks: (number | undefined)[] = [];
    const events = steps.map(({ customer, step, back, amount, ticks: tick }, index) => {
      clock += step * HOUR;
      ticks.push(tick ? clock - 12 * HOUR : undefined);
      const time = clock - back * HOUR;
      const local = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone);
      return event({
        eventId: `e${String(index).padStart(3, '0')}`,
        time,
        customerId: `c${customer}`,
        amount,
        localDate: local.toPlainDate().toString(),
        localHour: local.hour,
      });
    });
    return { events, ticks, until: clock + 40 * DAY };
  });

/** Rows as text, in an order of their own; two that are the same stay two. */
function sorted(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

async function streamed({ events, ticks, until }: Feed, partitions: number, chaos?: Chaos) {
  const churn = churnFeatures([zone]);
  const driver = await testTopology([relay, churn], { partitions });
  events.forEach((one, index) => {
    const tick = ticks[index];
    if (tick !== undefined) driver.tick(inbox, tick);
    driver.send(inbox, one);
  });
  driver.close(inbox, until);
  driver.run(chaos);
  return {
    examples: sorted(driver.read(topics.churnExamples)),
    late: sorted(driver.late(churn).map(({ key, time }) => `${key} ${time}`)),
  };
}

/** From scratch: every day of every customer, with all purchases that were not late. */
function recomputed({ events, ticks, until }: Feed): { examples: readonly string[]; late: readonly string[] } {
  const histories: Histories = new Map();
  const late: string[] = [];
  let watermark = Number.NEGATIVE_INFINITY;
  events.forEach((one, index) => {
    watermark = Math.max(watermark, ticks[index] ?? Number.NEGATIVE_INFINITY);
    if (endOf(dayOf(one.localDate)) > watermark) addToHistories(histories, one);
    else late.push(`${one.customerId} ${one.time}`);
  });
  const examples: ChurnExample[] = [];
  for (const [customerId, history] of histories) {
    for (let day = history.days[0] ?? 0; endOf(day + HORIZON) <= until; day++) {
      const of = { customerId, day, horizonDays: HORIZON, time: endOf(day + HORIZON) };
      if (history.days.includes(day)) examples.push(exampleOf(history, { ...of, trigger: 'PURCHASE' }));
      if (isGridDay(day)) examples.push(exampleOf(history, { ...of, trigger: 'GRID' }));
    }
  }
  return { examples: sorted(examples), late: sorted(late) };
}

describe('the examples of any stream', () => {
  it('are those of a recompute from scratch, each once, however partitions interleave, batches fall and tasks crash', async () => {
    await fc.assert(
      fc.asyncProperty(feeds, fc.constantFrom(1, 2, 4), fc.integer(), async (feed, partitions, seed) => {
        const expected = recomputed(feed);
        expect(await streamed(feed, partitions)).toEqual(expected);
        expect(await streamed(feed, partitions, { random: seeded(seed) })).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
