import { filter } from 'rxjs';
import type { ClientProfile, Event } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import type { Message } from '../src/engine/message.ts';
import { topology } from '../src/engine/topology.ts';

type Counts = Map<string, number>;

interface Profile {
  readonly customerId: string;
  purchases: number;
  spend: number;
  quantity: number;
  priced: number;
  priceSum: number;
  returns: number;
  /** Purchases that state no order: each is one. */
  loose: number;
  readonly orders: Set<string>;
  readonly payments: Counts;
  readonly categories: Counts;
  firstSeen: number;
  lastSeen: number;
  firstPurchase: number | null;
  lastPurchase: number | null;
  /** What was stated last, and when; ties go to the greater event id, so that order of arrival does not matter. */
  gender: Stated | null;
  age: Stated | null;
  country: Stated | null;
  readonly currency: string;
}

interface Stated {
  readonly value: string;
  readonly time: number;
  readonly eventId: string;
}

const stated = {
  type: 'record',
  name: 'Stated',
  fields: [
    { name: 'value', type: 'string' },
    { name: 'time', type: 'long' },
    { name: 'eventId', type: 'string' },
  ],
};
const counts = (name: string) => ({
  type: 'array',
  logicalType: 'counts',
  items: {
    type: 'record',
    name,
    fields: [
      { name: 'key', type: 'string' },
      { name: 'count', type: 'long' },
    ],
  },
});
const longs = ['purchases', 'spend', 'quantity', 'priced', 'priceSum', 'returns', 'loose', 'firstSeen', 'lastSeen'];
const schema = {
  type: 'record',
  name: 'Profile',
  fields: [
    { name: 'customerId', type: 'string' },
    ...longs.map((name) => ({ name, type: 'long' })),
    { name: 'orders', type: { type: 'array', items: 'string', logicalType: 'set' } },
    { name: 'payments', type: counts('PaymentCount') },
    { name: 'categories', type: counts('CategoryCount') },
    { name: 'firstPurchase', type: ['null', 'long'] },
    { name: 'lastPurchase', type: ['null', 'long'] },
    { name: 'gender', type: ['null', stated] },
    { name: 'age', type: ['null', 'Stated'] },
    { name: 'country', type: ['null', 'Stated'] },
    { name: 'currency', type: 'string' },
  ],
};

/** A fold that does not depend on the order in which a customer's events come. */
function addEvent(known: Profile | undefined, event: Event, customerId: string): Profile {
  const profile = known ?? newProfile(event, customerId);
  const { time, kind } = event;
  profile.firstSeen = Math.min(profile.firstSeen, time);
  profile.lastSeen = Math.max(profile.lastSeen, time);
  profile.gender = latest(profile.gender, event.gender, event);
  profile.age = latest(profile.age, event.age, event);
  profile.country = latest(profile.country, event.country, event);
  if (kind === 'RETURN') profile.returns++;
  if (kind !== 'PURCHASE') return profile;
  profile.purchases++;
  profile.spend += event.amount;
  profile.quantity += event.quantity;
  if (event.unitPrice !== null) {
    profile.priced++;
    profile.priceSum += event.unitPrice;
  }
  if (event.returned === true) profile.returns++;
  if (event.orderId === null) profile.loose++;
  else profile.orders.add(event.orderId);
  count(profile.payments, event.paymentMethod);
  count(profile.categories, event.category);
  profile.firstPurchase = Math.min(profile.firstPurchase ?? time, time);
  profile.lastPurchase = Math.max(profile.lastPurchase ?? time, time);
  return profile;
}

function newProfile({ time, currency }: Event, customerId: string): Profile {
  const sums = { purchases: 0, spend: 0, quantity: 0, priced: 0, priceSum: 0, returns: 0, loose: 0 };
  const sets = {
    orders: new Set<string>(),
    payments: new Map<string, number>(),
    categories: new Map<string, number>(),
  };
  const dates = { firstSeen: time, lastSeen: time, firstPurchase: null, lastPurchase: null };
  return { customerId, ...sums, ...sets, ...dates, gender: null, age: null, country: null, currency };
}

function latest(known: Stated | null, value: string | number | null, { time, eventId }: Event): Stated | null {
  if (value === null) return known;
  if (known !== null && (known.time > time || (known.time === time && known.eventId > eventId))) return known;
  return { value: String(value), time, eventId };
}

function count(counts: Counts, key: string | null): void {
  if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The key counted most often; ties go to the name that sorts first. */
function most(counts: Counts): string | null {
  let best: string | null = null;
  let bestCount = 0;
  for (const [key, times] of counts) {
    if (times > bestCount || (times === bestCount && best !== null && key < best)) {
      best = key;
      bestCount = times;
    }
  }
  return best;
}

function toProfile(profile: Profile): ClientProfile {
  const orders = profile.orders.size + profile.loose;
  return {
    customerId: profile.customerId,
    purchases: profile.purchases,
    orders,
    spend: profile.spend,
    averageBasket: orders === 0 ? null : profile.spend / orders,
    averagePrice: profile.priced === 0 ? null : profile.priceSum / profile.priced,
    quantity: profile.quantity,
    returns: profile.returns,
    preferredPayment: most(profile.payments),
    favouriteCategory: most(profile.categories),
    firstSeen: profile.firstSeen,
    lastSeen: profile.lastSeen,
    firstPurchase: profile.firstPurchase,
    lastPurchase: profile.lastPurchase,
    gender: profile.gender?.value ?? null,
    age: profile.age === null ? null : Number(profile.age.value),
    country: profile.country?.value ?? null,
    currency: profile.currency,
  };
}

function hasCustomer({ value }: Message<Event>): boolean {
  return value.customerId !== null;
}

export const clientProfiles = topology({
  name: 'client-profiles',
  title: 'What is known of each customer: purchases, spend, favourites, first and last seen',
  from: { events: topics.events },
  to: { profiles: topics.clientProfiles },
  build: ({ events }, keep) => ({
    profiles: events.pipe(
      filter(hasCustomer),
      keep.stateful<Event, Profile, ClientProfile>({
        name: 'profiles',
        key: ({ value }) => value.customerId ?? '',
        schema,
        onMessage: (profile, { value }, customerId) => ({ state: addEvent(profile, value, customerId) }),
        onCommit: toProfile,
      }),
    ),
  }),
});
