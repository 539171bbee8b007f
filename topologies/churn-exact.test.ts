import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, dateText } from '../datasets/civil.ts';
import type { ChurnOutcome, ChurnPrediction, ChurnScore, Event } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { addToHistories, exampleOf, type Histories } from '../src/churn/examples.ts';
import { FEATURES, featuresAt } from '../src/churn/features.ts';
import { dayOf } from '../src/churn/history.ts';
import type { Model } from '../src/churn/model.ts';
import { silenceModel, treeModel } from '../src/churn/models.testing.ts';
import { isGridDay } from '../src/churn/schedule.ts';
import { scorerOf } from '../src/churn/scorer.ts';
import { seeded } from '../src/commands/seeded.testing.ts';
import { type Chaos, testTopology } from '../src/engine/testing.ts';
import { BEGINNING } from '../src/engine/tick.ts';
import { train } from './churn.testing.ts';
import { churnFeatures } from './churn-features.ts';
import { churnOutcomes } from './churn-outcomes.ts';
import { churnScores } from './churn-scores.ts';
import { event } from './event.testing.ts';

interface Feed {
  readonly events: readonly Event[];
  /** The source ticks the start of this day before the event of this index. */
  readonly ticks: ReadonlyMap<number, number>;
}

const START = dayOf('2024-01-01');
const END = START + 400;

const feeds: fc.Arbitrary<Feed> = fc
  .array(
    fc.record({
      customer: fc.constantFrom('a', 'b', 'c'),
      step: fc.integer({ min: 0, max: 40 }),
      amount: fc.nat(5000),
      hour: fc.integer({ min: 0, max: 23 }),
      ticks: fc.boolean(),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((steps) => {
    let day = START;
    const ticks = new Map<number, number>();
    const events = steps.map(({ customer, step, amount, hour, ticks: tick }, index) => {
      day += step;
      if (tick) ticks.set(index, day);
      const time = day * DAY + hour * (DAY / 24);
      return event({ eventId: `e${index}`, customerId: customer, time, localDate: dateText(day), amount });
    });
    return { events: events.filter(({ time }) => time < END * DAY), ticks };
  });

/** Three models, of which the challenger is promoted and the champion then retired. */
function modelsFrom(first: number, second: number, third: number): readonly Model[] {
  return [
    silenceModel('a', { inForceFrom: first * DAY }),
    treeModel('b', { role: 'CHALLENGER', inForceFrom: first * DAY }),
    treeModel('b', { inForceFrom: second * DAY }),
    silenceModel('a', { role: 'CHALLENGER', inForceFrom: second * DAY }),
    silenceModel('c', { role: 'CHALLENGER', weight: 3, inForceFrom: third * DAY }),
    silenceModel('a', { role: 'RETIRED', inForceFrom: third * DAY }),
  ];
}

const moments = fc
  .uniqueArray(fc.integer({ min: START, max: END - 1 }), { minLength: 3, maxLength: 3 })
  .map((days) => days.sort((a, b) => a - b));

interface Found {
  readonly scores: ReadonlyMap<string, ChurnScore>;
  readonly predictions: readonly ChurnPrediction[];
  readonly outcomes: readonly ChurnOutcome[];
}

/** @param end of the data, ms */
async function found(
  { events, ticks }: Feed,
  models: readonly Model[],
  chaos?: Chaos,
  end: number = END * DAY,
): Promise<Found> {
  const driver = await testTopology([churnFeatures(['UTC']), churnScores(['UTC']), churnOutcomes], {
    partitions: 2,
    room: chaos === undefined ? Number.POSITIVE_INFINITY : 500,
  });
  driver.tick(topics.models, BEGINNING);
  if (chaos !== undefined) driver.run(chaos);
  events.forEach((one, index) => {
    const tick = ticks.get(index);
    if (tick !== undefined) driver.tick(topics.events, tick * DAY);
    driver.send(topics.events, one);
  });
  driver.close(topics.events, end);
  if (chaos !== undefined) driver.run(chaos);
  train(driver, ...models);
  driver.run(chaos);
  const sorted = <T>(all: readonly T[], key: (one: T) => string): T[] =>
    all.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    scores: new Map([...driver.table(topics.churnScores)].sort(([a], [b]) => (a < b ? -1 : 1))),
    predictions: sorted(driver.read(topics.predictions), (one) => Object.values(one).join(' ')),
    outcomes: sorted(driver.read(topics.churnOutcomes), (one) => Object.values(one).join(' ')),
  };
}

/** Ticks take offsets, too. */
function withoutOffsets({ scores, ...rest }: Found) {
  return { ...rest, scores: [...scores.values()].map(({ offset: _, ...score }) => score) };
}

describe('scores, predictions and outcomes', () => {
  it('are the same however models and events interleave, batches fall and tasks crash', async () => {
    await fc.assert(
      fc.asyncProperty(feeds, moments, fc.integer(), async (feed, [first = 0, second = 0, third = 0], seed) => {
        const models = modelsFrom(first, second, third);
        const calm = await found(feed, models);
        expect(await found(feed, models, { random: seeded(seed), crashes: 0.2 })).toEqual(calm);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('are the same however far the watermark was behind the events, also where the data end within a day', async () => {
    await fc.assert(
      fc.asyncProperty(feeds, moments, async (feed, [first = 0, second = 0, third = 0]) => {
        const models = modelsFrom(first, second, third);
        const end = Math.max(...feed.events.map(({ time }) => time));
        const behind = await found({ ...feed, ticks: new Map() }, models, undefined, end);
        expect(withoutOffsets(await found(feed, models, undefined, end))).toEqual(withoutOffsets(behind));
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('equal, to the last bit, what the same models say of histories computed from scratch', async () => {
    await fc.assert(
      fc.asyncProperty(feeds, moments, async (feed, [first = 0, second = 0, third = 0]) => {
        const models = modelsFrom(first, second, third);
        const { scores, predictions, outcomes } = await found(feed, models);
        const histories: Histories = new Map();
        for (const one of feed.events) addToHistories(histories, one);
        const row = new Float64Array(FEATURES);
        const probability = (customer: string, asOf: string, version: string | null): number | null => {
          const model = models.find((one) => one.version === version);
          const history = histories.get(customer);
          if (model === undefined || history === undefined) return null;
          featuresAt(history, dayOf(asOf), row, 0);
          return scorerOf(model).score(row, 0);
        };
        for (const [customer, { asOf, version, probability: live }] of scores)
          expect(live).toBe(probability(customer, asOf, version));
        for (const { customerId, asOf, version, probability: live } of predictions)
          expect(live).toBe(probability(customerId, asOf, version));
        expect([...scores.keys()]).toEqual([...histories.keys()].sort());

        // Of every day of purchase and month end, each model in force; and of those whose horizon has ended, what came of it.
        const expected = [...histories].flatMap(([customerId, history]) => {
          const days = Array.from({ length: END - START }, (_, index) => START + index);
          return days.flatMap((day) => {
            const inForce = [
              ...(day + 1 >= first && day + 1 < third ? ['a'] : []),
              ...(day + 1 >= first ? ['b'] : []),
              ...(day + 1 >= third ? ['c'] : []),
            ];
            const triggers = [
              ...(history.days.includes(day) ? ['PURCHASE' as const] : []),
              ...(isGridDay(day) && (history.days[0] ?? END) <= day ? ['GRID' as const] : []),
            ];
            return triggers.flatMap((trigger) =>
              inForce.map((version) => ({ customerId, history, day, trigger, version })),
            );
          });
        });
        const id = (one: { customerId: string; asOf: string; trigger: string; version: string }) =>
          `${one.customerId} ${one.asOf} ${one.trigger} ${one.version}`;
        expect(predictions.map(id).sort()).toEqual(
          expected.map((one) => id({ ...one, asOf: dateText(one.day) })).sort(),
        );
        const matured = expected.filter(({ day }) => day + 90 < END);
        expect(outcomes.map((one) => `${id(one)} ${one.label}`).sort()).toEqual(
          matured
            .map(({ history, ...one }) => {
              const example = exampleOf(history, { ...one, horizonDays: 90, time: 0 });
              return `${id({ ...one, asOf: example.asOf })} ${example.label}`;
            })
            .sort(),
        );
        for (const { probability: given, ...one } of outcomes)
          expect(given).toBe(predictions.find((other) => id(other) === id(one))?.probability);
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
