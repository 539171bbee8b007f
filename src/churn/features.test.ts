import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateText } from '../../datasets/civil.ts';
import type { Event } from '../../schemas/generated.ts';
import { FEATURES, type FeatureName, featureNames, featuresAt, labelOf } from './features.ts';
import { addOccasion, addPurchase, dayOf, type History, newHistory, PARTS } from './history.ts';

interface Purchase {
  readonly day: number;
  readonly amount: number;
  readonly quantity: number;
}

function historyOf(purchases: readonly Purchase[]): History {
  const history = newHistory();
  for (const { day, amount, quantity } of purchases) addOccasion(history, day, amount, quantity);
  return history;
}

function features(history: History, day: number): Float64Array {
  const into = new Float64Array(FEATURES);
  featuresAt(history, day, into, 0);
  return into;
}

/** By name, as the definitions read, with no thought of speed or of bits. */
function asDefined(purchases: readonly Purchase[], day: number): Readonly<Record<FeatureName, number>> {
  const seen = purchases.filter((one) => one.day <= day);
  const days = [...new Set(seen.map((one) => one.day))].sort((a, b) => a - b);
  const within =
    (length: number, before = 0) =>
    (one: number) =>
      one > day - before - length && one <= day - before;
  const spend = (length: number): number =>
    seen.filter((one) => within(length)(one.day)).reduce((sum, { amount }) => sum + amount / PARTS, 0);
  const count = (length: number, before = 0): number => days.filter(within(length, before)).length;
  const gaps = days.slice(1).map((one, index) => one - (days[index] ?? 0));
  const mean = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length;
  const recency = day - Math.max(...days);
  const tenure = day - Math.min(...days);
  const gapMean = gaps.length === 0 ? Math.max(tenure, 1) : mean(gaps);
  return {
    recency,
    frequency: days.length,
    monetary_sum: spend(Number.POSITIVE_INFINITY),
    monetary_mean: spend(Number.POSITIVE_INFINITY) / days.length,
    tenure,
    gap_mean: gapMean,
    gap_sd: gaps.length < 2 ? 0 : Math.sqrt(mean(gaps.map((gap) => (gap - mean(gaps)) ** 2))),
    recency_over_gap: recency / Math.max(gapMean, 1),
    count_30: count(30),
    count_90: count(90),
    count_180: count(180),
    spend_30: spend(30),
    spend_90: spend(90),
    spend_180: spend(180),
    trend_90: count(90) - count(90, 90),
    quantity_mean: seen.reduce((sum, { quantity }) => sum + quantity, 0) / days.length,
  };
}

const purchases = fc.array(
  fc.record({
    day: fc.integer({ min: 10_000, max: 10_500 }),
    amount: fc.integer({ min: 0, max: 1e9 }),
    quantity: fc.integer({ min: 0, max: 99 }),
  }),
  { minLength: 1, maxLength: 40 },
);
const cuts = fc.integer({ min: 9_990, max: 10_600 });

describe('featuresAt', () => {
  it('gives what the definitions say', () => {
    fc.assert(
      fc.property(purchases, cuts, (all, day) => {
        fc.pre(all.some((one) => one.day <= day));
        const found = features(historyOf(all), day);
        const expected = asDefined(all, day);
        for (const [at, name] of featureNames.entries()) expect(found[at], name).toBeCloseTo(expected[name], 6);
      }),
    );
  });

  it('gives the same bits whatever the order of arrival, and whatever comes after the day', () => {
    fc.assert(
      fc.property(
        purchases.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        cuts,
        ([all, shuffled], day) => {
          const live = historyOf(shuffled);
          const scratch = historyOf(all.filter((one) => one.day <= day).sort((a, b) => a.day - b.day));
          expect(features(live, day)).toEqual(features(scratch, day));
        },
      ),
    );
  });

  it('gives the same bits from a history that went on after the day as from the one that stood then', () => {
    fc.assert(
      fc.property(purchases, (all) => {
        const inOrder = all.toSorted((a, b) => a.day - b.day);
        const live = newHistory();
        const then: [day: number, found: Float64Array][] = [];
        inOrder.forEach(({ day, amount, quantity }, index) => {
          addOccasion(live, day, amount, quantity);
          const next = inOrder[index + 1]?.day ?? day + 1;
          for (const asked of next > day ? [day, next - 1] : []) then.push([asked, features(live, asked)]);
        });
        for (const [day, found] of then) expect(features(live, day)).toEqual(found);
      }),
    );
  });

  it('writes nothing of a customer who had not bought yet', () => {
    const into = new Float64Array(FEATURES).fill(7);
    expect(featuresAt(historyOf([{ day: 100, amount: 1, quantity: 1 }]), 99, into, 0)).toBe(0);
    expect(featuresAt(newHistory(), 99, into, 0)).toBe(0);
    expect(into).toEqual(new Float64Array(FEATURES).fill(7));
  });

  it('writes from the offset on and nowhere else', () => {
    const history = historyOf([{ day: 100, amount: 1, quantity: 1 }]);
    const into = new Float64Array(FEATURES + 2).fill(7);
    expect(featuresAt(history, 130, into, 1)).toBe(1);
    expect(into.slice(1, -1)).toEqual(features(history, 130));
    expect([into[0], into[FEATURES + 1]]).toEqual([7, 7]);
  });
});

describe('labelOf', () => {
  it('is 1 when nothing is bought in the days after, up to the last of the horizon', () => {
    const history = historyOf([10, 100, 400].map((day) => ({ day, amount: 1, quantity: 1 })));
    expect(labelOf(history, 10, 90)).toBe(0);
    expect(labelOf(history, 10, 89)).toBe(1);
    expect(labelOf(history, 9, 90)).toBe(0);
    expect(labelOf(history, 100, 90)).toBe(1);
    expect(labelOf(history, 99, 90)).toBe(0);
    expect(labelOf(history, 400, 90)).toBe(1);
  });
});

describe('a history', () => {
  const event = (day: number, over: Partial<Event> = {}): Event => ({
    eventId: 'e',
    customerId: 'anna',
    kind: 'PURCHASE',
    time: 0,
    orderId: null,
    product: null,
    category: null,
    unitPrice: null,
    quantity: 1,
    amount: 500,
    currency: 'EUR',
    paymentMethod: null,
    gender: null,
    age: null,
    country: null,
    returned: null,
    localDate: dateText(day),
    localHour: 0,
    dataset: 'test',
    file: null,
    row: null,
    ...over,
  });

  it('takes the purchases of a local day as one occasion, in the major unit of any currency', () => {
    const history = newHistory();
    for (const [amount, currency] of [
      [1234, 'USD'],
      [5, 'JPY'],
      [1, 'BHD'],
    ] as const)
      addPurchase(history, event(100, { amount, currency, quantity: 2 }));
    expect(history).toEqual({ days: [100], amounts: [173_410], quantities: [6] });
  });

  it('counts days by the calendar, leap days included', () => {
    expect(dayOf('2024-03-01') - dayOf('2024-02-28')).toBe(2);
    expect(dayOf('2023-03-01') - dayOf('2023-02-28')).toBe(1);
    expect(dayOf('1970-01-01')).toBe(0);
  });
});
