import type { Event } from '../schemas/generated.ts';

/** An event for tests: a purchase of 5.00 EUR in France on Monday, 3 March 2025, 9:00 UTC, except for what is given. */
export function event(given: Partial<Event> = {}): Event {
  const time = given.time ?? Date.UTC(2025, 2, 3, 9);
  const date = new Date(time);
  return {
    eventId: `event-${time}`,
    customerId: 'anna',
    kind: 'PURCHASE',
    time,
    orderId: null,
    product: null,
    category: null,
    unitPrice: 500,
    quantity: 1,
    amount: 500,
    currency: 'EUR',
    paymentMethod: null,
    gender: null,
    age: null,
    country: 'France',
    returned: null,
    localDate: date.toISOString().slice(0, 10),
    localHour: date.getUTCHours(),
    dataset: 'test',
    file: null,
    row: null,
    ...given,
  };
}
