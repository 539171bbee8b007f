/** For tests of the views: rows of the tables that they read, of shop `test`. */
import type { Cell } from './views.testing.ts';

type TableRow = Readonly<Record<string, Cell>>;

export interface Line {
  readonly id: string;
  readonly kind?: 'PURCHASE' | 'RETURN' | 'VIEW';
  readonly time: number;
  readonly customer?: string;
  readonly order?: string;
  readonly category?: string;
  readonly price?: number;
  readonly quantity: number;
  readonly amount: number;
  readonly payment?: string;
  readonly gender?: string;
  readonly returned?: number;
  readonly shop?: string;
}

export function eventRow(line: Line): TableRow {
  const date = new Date(line.time);
  return {
    ...{
      shop: line.shop ?? 'test',
      event_id: line.id,
      customer_id: line.customer ?? null,
      kind: line.kind ?? 'PURCHASE',
    },
    ...{ time: line.time, order_id: line.order ?? null, product: null, category: line.category ?? null },
    ...{ unit_price: line.price ?? null, quantity: line.quantity, amount: line.amount, currency: 'EUR' },
    ...{ payment_method: line.payment ?? null, gender: line.gender ?? null, age: null, country: null },
    ...{ returned: line.returned ?? null, local_date: date.toISOString().slice(0, 10), local_hour: date.getUTCHours() },
  };
}

export function profileRow(customer: string, first: number, gender: string | null, age: number | null): TableRow {
  return {
    ...{ shop: 'test', customer_id: customer, purchases: 1, orders: 1, spend: 1, average_basket: 1, average_price: 1 },
    ...{
      quantity: 1,
      returns: 0,
      preferred_payment: null,
      favourite_category: null,
      first_seen: first,
      last_seen: first,
    },
    ...{ first_purchase: first, last_purchase: first, gender, age, country: null, currency: 'EUR' },
  };
}

export function scoreRow(customer: string, band: string, probability: number | null, shop = 'test'): TableRow {
  return {
    ...{ shop, customer_id: customer, as_of: '2024-01-10', '`trigger`': 'SILENCE', time: 0, probability, band },
    ...{ reasons: '[]', recency: 1, frequency: 1, active_180: 1, expected_spend: 1, currency: 'EUR' },
    ...{ source_partition: 0, source_offset: 0 },
  };
}
