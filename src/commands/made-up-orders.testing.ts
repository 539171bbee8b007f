import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY, dateText } from '../../datasets/civil.ts';
import { seededRandom } from '../churn/random.ts';

/** A file of orders, and the descriptor of its dataset. */
export interface Orders {
  readonly file: string;
  readonly dataset: string;
}

/**
 * For tests: fifteen months from 2023-01-01 on of 800 customers with rhythms of their own, who come all the time and leave after any
 * purchase; for a shop of the name `orders`.
 */
export function writeOrders(folder: string): Orders {
  const [file, dataset] = [join(folder, 'orders.csv'), join(folder, 'orders.json')];
  const random = seededRandom(3);
  const first = Date.UTC(2023, 0, 1) / DAY;
  const orders: (readonly [day: number, customer: number])[] = [];
  for (let customer = 0; customer < 800; customer++) {
    const gap = 4 * 20 ** random();
    for (let day = first + 450 * random(); day < first + 455; day += gap * (0.7 + 0.6 * random())) {
      orders.push([Math.floor(day), customer]);
      if (random() < 0.15) break;
    }
  }
  orders.sort(([a], [b]) => a - b);
  const lines = orders.map(([day, customer], index) => `o${index},c${customer},${dateText(day)} 12:00:00,9.99`);
  writeFileSync(file, ['order,customer,time,amount', ...lines].join('\n'));
  writeFileSync(
    dataset,
    JSON.stringify({
      name: 'orders',
      title: 'Made-up orders',
      format: { kind: 'csv' },
      columns: { order: 'order', customer: 'customer', time: 'time', amount: 'amount' },
      time: { patterns: ['yyyy-MM-dd HH:mm:ss'] },
      currency: { code: 'EUR', digits: 2 },
      rows: { sorted: true },
      amount: 'column',
      kind: { constant: 'PURCHASE' },
    }),
  );
  return { file, dataset };
}
