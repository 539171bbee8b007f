import type { Event } from '../schemas/generated.ts';

const categories = ['Electronics', 'Clothing', 'Home', 'Books'];
const payments = ['Credit Card', 'PayPal', 'Cash'];
const start = Date.UTC(2025, 0, 1);

/** The i-th made-up event: one every 3 s, 20,000 customers in a scattered order, a few lines per order. */
export function event(i: number): Event {
  const customer = Math.imul(i, 0x9e3779b1) >>> 0;
  return {
    eventId: `transactions-0123456789ab-${i}`,
    customerId: String(10_000 + (customer % 20_000)),
    kind: i % 16 === 0 ? 'RETURN' : 'PURCHASE',
    time: start + i * 3000,
    orderId: String(536_000 + (i >> 2)),
    product: String(22_000 + (i % 3000)),
    category: categories[i % 4] ?? null,
    unitPrice: 1000 + (i % 49) * 1000,
    quantity: 1 + (i % 5),
    amount: (1000 + (i % 49) * 1000) * (1 + (i % 5)),
    currency: 'USD',
    paymentMethod: payments[i % 3] ?? null,
    gender: customer % 2 === 0 ? 'Female' : 'Male',
    age: 18 + (customer % 53),
    country: null,
    returned: null,
    localDate: '2025-01-01',
    localHour: i % 24,
    dataset: 'transactions',
    file: '0123456789ab',
    row: i,
  };
}
