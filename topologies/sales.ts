import type { Event } from '../schemas/generated.ts';
import type { Message } from '../src/engine/message.ts';

export const HOUR = 3_600_000;
export const MINUTE = 60_000;

/** How long after its end an hour still takes events. */
export const GRACE = 10 * MINUTE;

/** Purchases and returns: what hourly metrics count. */
export function isTrade({ value }: Message<Event>): boolean {
  return countsInHours(value);
}

/** The same, of an event by itself. */
export function countsInHours({ kind }: Event): boolean {
  return kind === 'PURCHASE' || kind === 'RETURN';
}

/** What every hourly metric has in common: counts and sums over trades. */
export interface Sales {
  transactions: number;
  revenue: number;
  quantity: number;
  returns: number;
  readonly seen: Set<string>;
}

export const salesFields = [
  { name: 'transactions', type: 'long' },
  { name: 'revenue', type: 'long' },
  { name: 'quantity', type: 'long' },
  { name: 'returns', type: 'long' },
  { name: 'seen', type: { type: 'array', items: 'string', logicalType: 'set' } },
] as const;

export function noSales(): Sales {
  return { transactions: 0, revenue: 0, quantity: 0, returns: 0, seen: new Set() };
}

/** Sales are purchases, gross; returns (events of their own, or purchases flagged as returned) are counted beside them. */
export function addSale(sales: Sales, { kind, amount, quantity, customerId, returned }: Event): void {
  if (kind === 'PURCHASE') {
    sales.transactions++;
    sales.revenue += amount;
    sales.quantity += quantity;
    if (customerId !== null) sales.seen.add(customerId);
    if (returned === true) sales.returns++;
  } else if (kind === 'RETURN') {
    sales.returns++;
  }
}

export interface SalesPart {
  readonly transactions: number;
  readonly revenue: number;
  readonly quantity: number;
  readonly returns: number;
  readonly customers: number;
}

/** Sums of parts. Customers add up exactly, because a customer's events are all in one partition. */
export function sumSales(parts: readonly SalesPart[]): {
  transactions: number;
  revenue: number;
  quantity: number;
  returns: number;
  uniqueCustomers: number;
} {
  const sum = { transactions: 0, revenue: 0, quantity: 0, returns: 0, uniqueCustomers: 0 };
  for (const part of parts) {
    sum.transactions += part.transactions;
    sum.revenue += part.revenue;
    sum.quantity += part.quantity;
    sum.returns += part.returns;
    sum.uniqueCustomers += part.customers;
  }
  return sum;
}
