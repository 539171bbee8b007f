import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DescriptorInput } from '../../datasets/descriptor.ts';
import { seeded } from './seeded.testing.ts';

/** Of a made-up shop where customers look, buy and give back; every dimension is filled, and some rows are broken. */
const descriptor: DescriptorInput = {
  name: 'made-up',
  title: 'A made-up shop',
  format: { kind: 'csv' },
  columns: {
    customer: 'who',
    order: 'receipt',
    time: 'when',
    category: 'category',
    unitPrice: 'price',
    quantity: 'pieces',
    paymentMethod: 'paid by',
    gender: 'gender',
    age: 'age',
    country: 'country',
  },
  time: { patterns: ['ISO'] },
  currency: { code: 'EUR', digits: 2 },
  rows: { sorted: true },
  amount: 'quantity*unitPrice',
  kind: { column: 'what', values: { look: 'VIEW', basket: 'CART', buy: 'PURCHASE', back: 'RETURN' } },
};

export interface MadeUpSales {
  readonly file: string;
  /** The descriptor's file. */
  readonly dataset: string;
  readonly rows: number;
  /** Rows that are no events. */
  readonly broken: number;
}

const START = Date.UTC(2024, 1, 1);
const MINUTE = 60_000;

/** Writes a CSV file of so many rows, three a minute of event time or fewer, and its descriptor into `folder`. */
export function madeUpSales(folder: string, rows: number, seed = 1): MadeUpSales {
  const random = seeded(seed);
  const pick = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
  let broken = 0;
  let time = START;
  const lines = Array.from({ length: rows }, (_, index) => {
    time += Math.floor(random() * random() * 4 * MINUTE);
    if (random() < 0.01) {
      broken++;
      return pick([
        `c1,r${index},not a day,Books,1,1,Cash,,,,buy`,
        `c1,r${index}`,
        `c1,r${index},${at(time)},Books,cheap,1,,,,,buy`,
      ]);
    }
    const customer = Math.floor(random() * 300);
    const what = pick(['look', 'look', 'basket', 'buy', 'buy', 'back']);
    return [
      customer < 15 ? '' : `c${customer}`,
      `r${Math.floor(index / 3)}`,
      at(time),
      pick(['Books', 'Home', 'Toys', 'Food', '']),
      (random() * 90).toFixed(2),
      what === 'back' ? -1 : 1 + Math.floor(random() * 4),
      pick(['Cash', 'Card', '']),
      customer % 3 === 0 ? 'f' : 'm',
      15 + (customer % 60),
      pick(['FR', 'DE', 'IT']),
      what,
    ].join(',');
  });
  mkdirSync(folder, { recursive: true });
  const [file, dataset] = [join(folder, 'made-up.csv'), join(folder, 'made-up.json')];
  const header = 'who,receipt,when,category,price,pieces,paid by,gender,age,country,what';
  writeFileSync(file, `${[header, ...lines].join('\n')}\n`);
  writeFileSync(dataset, JSON.stringify(descriptor));
  return { file, dataset, rows, broken };
}

function at(time: number): string {
  return new Date(time).toISOString();
}
