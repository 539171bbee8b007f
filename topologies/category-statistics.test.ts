import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topics } from '../schemas/topics.ts';
import { below, seededRandom } from '../src/churn/random.ts';
import { testTopology } from '../src/engine/testing.ts';
import { categoryStatistics, statisticPartials } from './category-statistics.ts';
import {
  addValue,
  type Distribution,
  mergeDistributions,
  noValues,
  quantileOf,
  relativeError,
} from './distribution.ts';
import { event } from './event.testing.ts';
import { addMoments, correlationOf, deviationOf, meanOf, mergeMoments, noMoments } from './moments.ts';

const MONDAY = Date.UTC(2025, 2, 3);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function distributionOf(values: readonly number[]): Distribution {
  const distribution = noValues();
  for (const value of values) addValue(distribution, value);
  return distribution;
}

/** `values` in three parts of any size, each in any order. */
function cut<T>(values: readonly T[], seed: number): T[][] {
  const random = seededRandom(seed);
  const parts: T[][] = [[], [], []];
  for (const value of values) {
    const part = parts[below(random, 3)] ?? [];
    part.splice(below(random, part.length + 1), 0, value);
  }
  return parts;
}

describe('a distribution', () => {
  it('gives quantiles between two values in proportion, also below zero', () => {
    const distribution = distributionOf([30, -10, 10, 10]);
    expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantileOf(distribution, p))).toEqual([-10, 5, 10, 15, 30]);
    expect(quantileOf(noValues(), 0.5)).toBeNull();
  });

  it('is, put together from parts in any order, what one would have gathered: of few values, exact', () => {
    const values = fc.array(fc.maxSafeInteger(), { maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer(), (all, seed) => {
        const merged = mergeDistributions(cut(all, seed).map(distributionOf));
        expect(merged).toEqual(distributionOf(all));
        expect(relativeError(merged)).toBe(0);
      }),
    );
  });

  it('is the same of more different values than it holds, within the error that it states', () => {
    const all = Array.from({ length: 20_000 }, (_, index) => Math.round((index - 4000) ** 3 / 7) + 0);
    const distribution = distributionOf(all);
    for (const seed of [1, 2, 3]) expect(mergeDistributions(cut(all, seed).map(distributionOf))).toEqual(distribution);
    expect(distribution.values.length).toBeLessThanOrEqual(4096);
    const error = relativeError(distribution);
    expect(error).toBeLessThan(0.005);
    const sorted = all.toSorted((a, b) => a - b);
    for (const p of [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]) {
      const exact = sorted[Math.floor((all.length - 1) * p)] ?? 0;
      const next = sorted[Math.ceil((all.length - 1) * p)] ?? 0;
      const should = exact + ((all.length - 1) * p - Math.floor((all.length - 1) * p)) * (next - exact);
      const off = Math.abs((quantileOf(distribution, p) ?? Number.NaN) - should);
      expect(off).toBeLessThanOrEqual(error * Math.max(Math.abs(exact), Math.abs(next)) + 1e-6);
    }
  });
});

describe('moments', () => {
  const measure = fc.maxSafeInteger();

  it('do not lose anything to cancellation', () => {
    const moments = noMoments();
    for (const x of [1e15, 1e15 + 1, 1e15 + 2]) addMoments(moments, x, -2 * x);
    expect(deviationOf(moments)).toBe(1);
    expect(correlationOf(moments)).toBeCloseTo(-1, 12);
  });

  it('are, put together from parts in any order, bit by bit what one would have gathered', () => {
    const rows = fc.array(fc.tuple(measure, measure), { maxLength: 40 });
    const of = (part: readonly (readonly [number, number])[]) => {
      const moments = noMoments();
      for (const [x, y] of part) addMoments(moments, Math.trunc(x / 64), Math.trunc(y / 64));
      return moments;
    };
    fc.assert(
      fc.property(rows, fc.integer(), (all, seed) => {
        expect(mergeMoments(cut(all, seed).map(of))).toEqual(of(all));
      }),
    );
  });

  it('say nothing where there is nothing to say', () => {
    const moments = noMoments();
    expect([meanOf(moments), deviationOf(moments), correlationOf(moments)]).toEqual([null, null, null]);
    addMoments(moments, 3, 4);
    expect([meanOf(moments), deviationOf(moments), correlationOf(moments)]).toEqual([3, null, null]);
    addMoments(moments, 3, 5);
    expect([meanOf(moments), deviationOf(moments), correlationOf(moments)]).toEqual([3, 0, null]);
  });
});

it("adds up a category's week of all partitions, and leaves out what was not bought", async () => {
  const test = await testTopology([statisticPartials, categoryStatistics], { partitions: 4 });
  const sale = (customerId: string, day: number, unitPrice: number | null, quantity: number, age: number | null) => ({
    ...event({ customerId, category: 'Books', time: MONDAY + day * DAY, unitPrice, quantity, age }),
    amount: (unitPrice ?? 100) * quantity,
  });
  test.send(topics.events, sale('anna', 0, 100, 2, 20), sale('ben', 3, 300, 4, 40), sale('cy', 6, null, 6, null));
  test.send(topics.events, { ...sale('ben', 6, 300, -4, 40), kind: 'RETURN' }, sale('dee', 7, 700, 1, 30));
  test.tick(topics.events, MONDAY + 7 * DAY + HOUR);
  test.run();
  const [week] = test.read(topics.categoryStatistics).filter(({ complete }) => complete);
  expect({ ...week }).toEqual({
    category: 'Books',
    windowStart: MONDAY,
    windowEnd: MONDAY + 7 * DAY,
    purchases: 3,
    priceMean: 200,
    priceDeviation: Math.sqrt(20_000),
    priceLowerQuartile: 150,
    priceMedian: 200,
    priceUpperQuartile: 250,
    quantityMean: 4,
    quantityDeviation: 2,
    quantityLowerQuartile: 3,
    quantityMedian: 4,
    quantityUpperQuartile: 5,
    amountMean: 2000 / 3,
    amountDeviation: Math.sqrt((200 ** 2 + 1200 ** 2 + 600 ** 2 - 2000 ** 2 / 3) / 2),
    amountLowerQuartile: 400,
    amountMedian: 600,
    amountUpperQuartile: 900,
    priceQuantityCorrelation: 1,
    priceAmountCorrelation: 1,
    quantityAmountCorrelation: expect.closeTo(800 / Math.sqrt(8 * (1_840_000 - 4_000_000 / 3)), 12),
    ageAmountCorrelation: 1,
    quartileError: 0,
    complete: true,
  });
});
