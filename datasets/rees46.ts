import { parseDescriptor } from './descriptor.ts';

export const rees46 = parseDescriptor(
  {
    name: 'rees46',
    title: 'REES46: views, carts and purchases in a large electronics shop, from October 2019',
    format: { kind: 'csv' },
    columns: {
      customer: 'user_id',
      time: 'event_time',
      product: 'product_id',
      category: 'category_code',
      unitPrice: 'price',
    },
    time: { patterns: ["yyyy-MM-dd HH:mm:ss 'UTC'", 'ISO'] },
    currency: { code: 'USD', digits: 2 },
    rows: { sorted: true },
    amount: 'quantity*unitPrice',
    kind: { column: 'event_type', values: { view: 'VIEW', cart: 'CART', purchase: 'PURCHASE' } },
  },
  'rees46',
);
