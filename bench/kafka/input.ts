/** The input: 2 million transactions of 50,000 customers in a week, and what must come out, reckoned beside them. */
import type { Transaction } from './workloads.ts';

export interface Expected {
  /** `category,window start` → count, total, quantity, returns, least and greatest price. */
  readonly hours: Map<string, [number, number, number, number, number, number]>;
  /** Customer → count, sum, last time, payments by card, cash and wallet. */
  readonly profiles: Map<string, [number, number, number, number, number, number]>;
}

const base = Date.UTC(2026, 0, 5);
const week = 7 * 24 * 3_600_000;
const customers = 50_000;
const HOUR = 3_600_000;
const categories = ['ELECTRONICS', 'CLOTHING', 'GROCERY', 'HOME'] as const;
const payments = ['CARD', 'CASH', 'WALLET'] as const;
const genders = ['Male', 'Female', 'Other'] as const;

/** Seeded, so that every run has the same; adds what it gives to `expected`. */
export function* transactionsOf(count: number, expected: Expected): Generator<Transaction, void, undefined> {
  const random = splittableRandom(42n);
  for (let index = 0; index < count; index++) {
    const eventId = uuidOf(random.long(), random.long());
    const customerId = `CUST-${String(random.below(customers)).padStart(6, '0')}`;
    const timestamp = base + Math.floor((index * week) / count) + random.below(60_000);
    const category = categories[random.below(4)] ?? 'HOME';
    const payment = random.below(3);
    const gender = genders[random.below(3)] ?? 'Other';
    const age = 18 + random.below(60);
    const priceCents = 100 + random.below(100_000);
    const quantity = 1 + random.below(5);
    const flag = random.below(100);
    const returned = flag < 10 ? null : flag < 18;
    const totalCents = priceCents * quantity;
    const paymentMethod = payments[payment] ?? 'CARD';
    addHour(expected, category, timestamp, totalCents, quantity, returned === true, priceCents);
    addProfile(expected, customerId, totalCents, timestamp, payment);
    yield {
      ...{ eventId, customerId, timestamp, category, paymentMethod, gender, age },
      ...{ priceCents, quantity, totalCents, returned },
    };
  }
}

function addHour(
  { hours }: Expected,
  category: string,
  time: number,
  total: number,
  quantity: number,
  returned: boolean,
  price: number,
): void {
  const key = `${category},${time - (time % HOUR)}`;
  const sums = hours.get(key) ?? [0, 0, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  hours.set(key, [
    sums[0] + 1,
    sums[1] + total,
    sums[2] + quantity,
    sums[3] + (returned ? 1 : 0),
    Math.min(sums[4], price),
    Math.max(sums[5], price),
  ]);
}

function addProfile({ profiles }: Expected, customer: string, total: number, time: number, payment: number): void {
  const sums = profiles.get(customer) ?? [0, 0, 0, 0, 0, 0];
  sums[0]++;
  sums[1] += total;
  sums[2] = Math.max(sums[2], time);
  if (payment === 0) sums[3]++;
  else if (payment === 1) sums[4]++;
  else sums[5]++;
  profiles.set(customer, sums);
}

const mask = (1n << 64n) - 1n;

/** Java's SplittableRandom, so that peers in Java can make the same input. https://docs.oracle.com/javase/8/docs/api/java/util/SplittableRandom.html */
function splittableRandom(seed: bigint) {
  let state = seed;
  const next = (): bigint => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    return state;
  };
  const long = (): bigint => {
    let z = next();
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return z ^ (z >> 31n);
  };
  const int = (): number => {
    let z = next();
    z = ((z ^ (z >> 33n)) * 0x62a9d9ed799705f5n) & mask;
    return Number((((z ^ (z >> 28n)) * 0xcb24d0a5c88c35b3n) & mask) >> 32n) | 0;
  };
  /** 0 ≤ result < bound, each equally likely. */
  const below = (bound: number): number => {
    let drawn = int();
    const most = bound - 1;
    if ((bound & most) === 0) return drawn & most;
    for (let u = drawn >>> 1; ; u = int() >>> 1) {
      drawn = u % bound;
      if (((u + most - drawn) | 0) >= 0) return drawn;
    }
  };
  return { long, below };
}

function uuidOf(high: bigint, low: bigint): string {
  const hex = `${high.toString(16).padStart(16, '0')}${low.toString(16).padStart(16, '0')}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
