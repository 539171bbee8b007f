/** The workloads that other stream processors were measured with: the same input, the same results. */
import { filter } from 'rxjs';
import { combine } from '../../src/engine/combine.ts';
import { mapValues } from '../../src/engine/message.ts';
import { topic } from '../../src/engine/topic.ts';
import { topology } from '../../src/engine/topology.ts';
import { tumblingWindow } from '../../src/engine/windows.ts';

export interface Transaction {
  readonly eventId: string;
  readonly customerId: string;
  readonly timestamp: number;
  readonly category: 'ELECTRONICS' | 'CLOTHING' | 'GROCERY' | 'HOME';
  readonly paymentMethod: 'CARD' | 'CASH' | 'WALLET';
  readonly gender: string;
  readonly age: number;
  readonly priceCents: number;
  readonly quantity: number;
  readonly totalCents: number;
  readonly returned: boolean | null;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;

const longs = (...names: string[]) => names.map((name) => ({ name, type: 'long' }));

export const transactions = topic<Transaction>({
  name: 'transactions',
  schema: {
    type: 'record',
    name: 'Transaction',
    namespace: 'lab.avro',
    eventTime: 'timestamp',
    fields: [
      { name: 'eventId', type: 'string' },
      { name: 'customerId', type: 'string' },
      { name: 'timestamp', type: { type: 'long', logicalType: 'timestamp-millis' } },
      {
        name: 'category',
        type: { type: 'enum', name: 'Category', symbols: ['ELECTRONICS', 'CLOTHING', 'GROCERY', 'HOME'] },
      },
      {
        name: 'paymentMethod',
        type: { type: 'enum', name: 'PaymentMethod', symbols: ['CARD', 'CASH', 'WALLET'] },
      },
      { name: 'gender', type: 'string' },
      { name: 'age', type: 'int' },
      { name: 'priceCents', type: 'long' },
      { name: 'quantity', type: 'int' },
      { name: 'totalCents', type: 'long' },
      { name: 'returned', type: ['null', 'boolean'], default: null },
    ],
  },
  key: ({ customerId }) => customerId,
  disorder: MINUTE,
});

/** An hour of a category, or one partition's share of it. */
export interface Hour {
  readonly category: string;
  readonly windowStart: number;
  readonly part: number;
  readonly count: number;
  readonly total: number;
  readonly quantity: number;
  readonly returns: number;
  readonly minPrice: number;
  readonly maxPrice: number;
}

const totalFields = longs('count', 'total', 'quantity', 'returns', 'minPrice', 'maxPrice');
const hourSchema = {
  type: 'record',
  name: 'Hour',
  namespace: 'ebb.bench',
  eventTime: 'windowStart',
  fields: [{ name: 'category', type: 'string' }, ...longs('windowStart', 'part'), ...totalFields],
};

const partials = topic<Hour>({
  name: 'w1-partials',
  schema: hourSchema,
  key: ({ category }) => category,
  ticked: true,
});
export const hours = topic<Hour>({ name: 'w1-hours', schema: hourSchema, key: ({ category }) => category });

type Totals = { -readonly [K in Exclude<keyof Hour, 'category' | 'windowStart' | 'part'>]: number };

const grace = 10 * MINUTE;

const totals = {
  schema: { type: 'record', name: 'Totals', fields: totalFields },
  init: (): Totals => ({
    count: 0,
    total: 0,
    quantity: 0,
    returns: 0,
    minPrice: Number.MAX_SAFE_INTEGER,
    maxPrice: 0,
  }),
  add(sum: Totals, { totalCents, quantity, returned, priceCents }: Transaction): Totals {
    sum.count++;
    sum.total += totalCents;
    sum.quantity += quantity;
    if (returned === true) sum.returns++;
    if (priceCents < sum.minPrice) sum.minPrice = priceCents;
    if (priceCents > sum.maxPrice) sum.maxPrice = priceCents;
    return sum;
  },
};

/** W1, where the customers are. */
export const hourlyPartials = topology({
  name: 'w1-partials',
  from: { transactions },
  to: { partials },
  build: ({ transactions: input }, keep) => ({
    partials: input.pipe(
      tumblingWindow(keep, {
        name: 'hourly',
        size: HOUR,
        grace,
        by: ({ value }) => value.category,
        aggregate: totals,
        emit: 'close',
      }),
      mapValues(
        ({ key, start, value }): Hour => ({ category: key, windowStart: start, part: keep.partition, ...value }),
      ),
    ),
  }),
});

/** W1, by category: one final row for each window. */
export const hourlyTotals = topology({
  name: 'w1-hours',
  from: { partials },
  to: { hours },
  build: ({ partials: input }, keep) => ({
    hours: input.pipe(
      combine(keep, {
        name: 'hourly',
        schema: hourSchema,
        by: ({ category }) => category,
        part: ({ part }) => part,
        window: ({ windowStart }) => ({ start: windowStart, end: windowStart + HOUR }),
        grace,
        merge: sumOf,
      }),
      filter(({ value }) => value.closed),
      mapValues(({ value }): Hour => value),
    ),
  }),
});

function sumOf(parts: readonly Hour[]): Hour {
  const [first] = parts;
  if (first === undefined) throw new Error('a window without parts');
  const sum = (of: (part: Hour) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    ...first,
    count: sum(({ count }) => count),
    total: sum(({ total }) => total),
    quantity: sum(({ quantity }) => quantity),
    returns: sum(({ returns }) => returns),
    minPrice: Math.min(...parts.map(({ minPrice }) => minPrice)),
    maxPrice: Math.max(...parts.map(({ maxPrice }) => maxPrice)),
  };
}

export interface Profile {
  readonly customer: string;
  count: number;
  sum: number;
  last: number;
  card: number;
  cash: number;
  wallet: number;
}

const profileSchema = {
  type: 'record',
  name: 'Profile',
  namespace: 'ebb.bench',
  eventTime: 'last',
  fields: [{ name: 'customer', type: 'string' }, ...longs('count', 'sum', 'last', 'card', 'cash', 'wallet')],
};

export const profiles = topic<Profile>({
  name: 'w2-profiles',
  schema: profileSchema,
  key: ({ customer }) => customer,
  cleanup: 'compact',
});

/** W2: a profile per customer, written at most once per commit. */
export const customerProfiles = topology({
  name: 'w2-profiles',
  from: { transactions },
  to: { profiles },
  build: ({ transactions: input }, keep) => ({
    profiles: input.pipe(
      keep.stateful<Transaction, Profile, Profile>({
        name: 'profiles',
        key: ({ value }) => value.customerId,
        schema: profileSchema,
        onMessage(state, { value: { customerId, totalCents, timestamp, paymentMethod } }) {
          const profile = state ?? { customer: customerId, count: 0, sum: 0, last: 0, card: 0, cash: 0, wallet: 0 };
          profile.count++;
          profile.sum += totalCents;
          if (timestamp > profile.last) profile.last = timestamp;
          if (paymentMethod === 'CARD') profile.card++;
          else if (paymentMethod === 'CASH') profile.cash++;
          else profile.wallet++;
          return { state: profile };
        },
        onCommit: (profile) => profile,
      }),
    ),
  }),
});

/** One timeline for all of it. */
export const shop = 'bench';

export const workloads = { w1: [hourlyPartials, hourlyTotals], w2: [customerProfiles] } as const;
export type WorkloadName = keyof typeof workloads;
