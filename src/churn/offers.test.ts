import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, planOffers } from './offer-plan.ts';
import { breakEvenSaveRate, expectedGain } from './offers.ts';
import { seededRandom } from './random.ts';

const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const prospects = fc.record({ probability: share, value: fc.double({ min: 1, max: 500, noNaN: true }) });

describe('An offer', () => {
  it('earns what the saved bring, less what it costs with them and with those who would have stayed', () => {
    // 100 such customers: 60 would leave, 15 of them are saved; 15 + 40 redeem.
    expect(100 * expectedGain({ probability: 0.6, value: 80 }, { cost: 5, saveRate: 0.25 })).toBeCloseTo(
      15 * 80 - 55 * 5,
      9,
    );
  });

  it('earns nothing at the save rate that breaks even, less below and more above', () => {
    fc.assert(
      fc.property(
        fc.array(prospects, { minLength: 1, maxLength: 9 }),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        (all, cost) => {
          const even = breakEvenSaveRate(all, cost);
          fc.pre(even < 100);
          const gain = (saveRate: number) => all.reduce((sum, one) => sum + expectedGain(one, { cost, saveRate }), 0);
          const scale = all.reduce((sum, { value }) => sum + value + cost, 0);
          expect(gain(even) / scale).toBeCloseTo(0, 9);
          expect(gain(even / 2)).toBeLessThan(0);
          expect(gain(even * 2)).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('breaks even at no save rate where it costs more than a customer is worth', () => {
    expect(breakEvenSaveRate([{ probability: 0.9, value: 4 }], 5)).toBe(Number.POSITIVE_INFINITY);
    expect(breakEvenSaveRate([], 5)).toBeNaN();
  });
});

describe('A plan', () => {
  const random = seededRandom(8);
  const candidates: readonly Candidate[] = Array.from({ length: 2_000 }, (_, id) => ({
    customerId: `customer-${id}`,
    probability: random(),
    value: 200 * random(),
  }));
  const options = { cost: 5, saveRate: 0.2, budget: 1_000, holdout: 0.1, seed: 1 };
  const plan = planOffers(candidates, options);
  const offered = plan.customers.filter(({ group }) => group === 'offer');
  const inPlan = new Set(plan.customers.map(({ customerId }) => customerId));

  it('is of customers who are expected to gain, and stays within its budget', () => {
    expect(plan.customers.every(({ gain }) => gain > 0)).toBe(true);
    expect(plan.cost).toBeLessThanOrEqual(1_000);
    expect(plan.cost).toBeGreaterThan(990);
    expect(plan.cost).toBeCloseTo(
      offered.reduce((sum, { cost }) => sum + cost, 0),
      9,
    );
    expect(plan.gain).toBeCloseTo(
      offered.reduce((sum, { gain }) => sum + gain, 0),
      9,
    );
  });

  it('has nobody outside it who would make more of the money', () => {
    const least = Math.min(...plan.customers.map(({ gain, cost }) => gain / cost));
    const everybody = planOffers(candidates, { ...options, budget: Number.POSITIVE_INFINITY }).customers;
    const outside = everybody.filter(({ customerId }) => !inPlan.has(customerId));
    expect(outside.length).toBeGreaterThan(0);
    expect(Math.max(...outside.map(({ gain, cost }) => gain / cost))).toBeLessThanOrEqual(least);
  });

  it('holds out about the share that was asked for, whatever their score', () => {
    const everybody = planOffers(candidates, { ...options, budget: Number.POSITIVE_INFINITY }).customers;
    const held = everybody.filter(({ group }) => group === 'holdout');
    expect(held.length / everybody.length).toBeCloseTo(0.1, 1);
    const mean = (of: typeof everybody) => of.reduce((sum, { probability }) => sum + probability, 0) / of.length;
    expect(mean(held) / mean(everybody)).toBeCloseTo(1, 1);
  });

  it('holds out the same customers for the same seed, whoever else is a candidate and in whatever order', () => {
    const half = candidates.filter((_, index) => index % 2 === 0).toReversed();
    const groups = (of: readonly Candidate[], seed: number) =>
      new Map(
        planOffers(of, { ...options, seed, budget: Number.POSITIVE_INFINITY }).customers.map((customer) => [
          customer.customerId,
          customer.group,
        ]),
      );
    const all = groups(candidates, 1);
    const again = groups(half, 1);
    expect(again.size).toBeGreaterThan(100);
    for (const [customer, group] of again) expect(all.get(customer)).toBe(group);
    expect(groups(candidates, 2)).not.toEqual(all);
  });

  it('is empty where nothing is to be gained', () => {
    expect(planOffers(candidates, { ...options, saveRate: 0 })).toMatchObject({ customers: [], gain: 0, cost: 0 });
  });
});
