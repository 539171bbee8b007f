import { parseDescriptor } from './descriptor.ts';

export const cdnow = parseDescriptor(
  {
    name: 'cdnow',
    title: 'CDNOW: purchases of the customers who came in the first quarter of 1997',
    format: { kind: 'csv' },
    columns: { customer: 'customer_id', time: 'date', quantity: 'number_of_cds', amount: 'dollar_value' },
    time: { patterns: ['yyyyMMdd', 'ISO'], precision: 'day', coversUntil: '1998-06-30' },
    currency: { code: 'USD', digits: 2 },
    rows: { sorted: false },
    amount: 'column',
    kind: { constant: 'PURCHASE' },
  },
  'cdnow',
);
