import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { query, testFolder } from './data-folder.testing.ts';
import { ebbOk } from './ebb.testing.ts';
import { seeded } from './seeded.testing.ts';

const folder = testFolder();
const ROWS = 500;
const two = (value: number): string => String(value).padStart(2, '0');

interface Dirty {
  readonly name: string;
  readonly header: string;
  readonly row: (index: number, random: () => number) => string;
  readonly encoding: 'latin1' | 'utf8';
  readonly end: string;
  /** Bytes missing at the end of the file. */
  readonly cut: number;
  /** Broken on purpose: row number to what stands there. */
  readonly broken: Readonly<Record<number, string>>;
  /** Of the first row. */
  readonly first: Readonly<Record<string, unknown>>;
}

const files: readonly Dirty[] = [
  {
    name: 'till',
    header: 'Customer No;Invoice;Date;Product;Unit Price;Quantity;Country',
    row: (n) =>
      `${9007199254740993n + BigInt(n % 40)};R${n};${two((n % 28) + 1)}/${two(Math.floor(n / 200) + 1)}/2023 ${two(n % 24)}:${two(n % 60)};Käse;${n},${two(n % 100)};${(n % 5) + 1};Österreich`,
    encoding: 'latin1',
    end: '\r\n',
    cut: 12,
    broken: {
      49: 'zu;wenig',
      69: `1;R69;31/02/2023 10:00;Brot;1,00;1;Österreich`,
      70: `1;R70;01/02/2023 10:00;Brot;gratis;1;Österreich`,
    },
    first: {
      customer_id: '9007199254740993',
      product: 'Käse',
      country: 'Österreich',
      time: Date.UTC(2023, 0, 1),
      amount: 0,
    },
  },
  {
    name: 'orders',
    header: '"customer id","order id","ordered at","product name","unit price","quantity"',
    row: (n, random) =>
      `"c${n % 30}","o${n}","2024-0${(n % 3) + 1}-${two((n % 28) + 1)}T${two(n % 24)}:00:00Z","a ""large"" box, no. ${n}",${(random() * 50).toFixed(2)},${(n % 4) + 1}`,
    encoding: 'utf8',
    end: '\n',
    cut: 3,
    broken: { 7: '"never closed,1,2', 120: '"c1","o120","","box",1.00,1' },
    first: { customer_id: 'c0', product: 'a "large" box, no. 0', time: Date.UTC(2024, 0, 1) },
  },
  {
    name: 'tabs',
    header: 'user_id\ttimestamp\tprice\tqty\tcategory',
    row: (n) => `u${n % 20}\t${1_700_000_000 + n * 600}\t$1,0${two(n % 100)}.50\t1\tcafé`,
    encoding: 'utf8',
    end: '\n',
    cut: 0,
    broken: { 11: 'u1\tsoon\t1\t1\tx', 12: '' },
    first: { customer_id: 'u0', category: 'café', time: 1_700_000_000_000, amount: 100_050 },
  },
];

describe.each(files)('a dirty file by the descriptor that inspect proposes: $name', (dirty) => {
  it('comes in whole: every row is an event or a dead letter', async () => {
    const { name, header, row, broken, end } = dirty;
    const random = seeded(5);
    const lines = Array.from({ length: ROWS }, (_, index) => broken[index] ?? row(index, random));
    const text = [header, ...lines].join(end);
    const file = join(folder, `${name}.csv`);
    writeFileSync(file, Buffer.from(text.slice(0, text.length - dirty.cut), dirty.encoding));
    const { stdout } = await ebbOk('inspect', file, '--json');
    const descriptor = join(folder, `${name}.json`);
    writeFileSync(descriptor, stdout);
    const data = join(folder, name);

    const summary = JSON.parse(
      (await ebbOk('replay', file, '--dataset', descriptor, '--shop', name, '--run', '--json', '--data', data)).stdout,
    );
    // Blank lines are no rows.
    const rows = lines.filter((line) => line !== '').length;
    expect(summary.source).toMatchObject({ rows });
    expect(summary.events + summary.deadLetters).toBe(rows);
    expect(summary.deadLetters).toBeGreaterThan(0);
    expect(summary.deadLetters).toBeLessThanOrEqual(Object.keys(broken).length + 2);
    expect(
      await query(
        data,
        `select ${Object.keys(dirty.first).join(', ')} from ecommerce_events where event_id like '%-1'`,
      ),
    ).toEqual([dirty.first]);
  });
});
