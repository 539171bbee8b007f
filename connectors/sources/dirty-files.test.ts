import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DescriptorInput, parseDescriptor } from '../../datasets/descriptor.ts';
import { onlineRetail } from '../../datasets/online-retail.ts';
import { isRejection, rowToEvent } from '../../datasets/row-to-event.ts';
import { openSource } from './open.ts';
import { rawRows } from './raw-rows.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-dirty-'));
});
afterAll(() => rm(folder, { recursive: true }));

const till: DescriptorInput = {
  name: 'till',
  title: 'A till',
  format: { kind: 'csv' },
  columns: {
    customer: 'card',
    order: 'receipt',
    time: 'sold at',
    product: 'article',
    unitPrice: 'price',
    quantity: 'pieces',
  },
  time: { patterns: ['dd/MM/yyyy HH:mm'] },
  currency: { code: 'EUR', digits: 2 },
  rows: { sorted: true },
  amount: 'quantity*unitPrice',
  kind: { constant: 'PURCHASE' },
};

async function read(name: string, content: string, descriptor = parseDescriptor(till, 'test')) {
  const file = join(folder, name);
  await writeFile(file, content);
  const source = await openSource(file, descriptor, { now: () => 0, random: () => 0 });
  const toRaw = rawRows(descriptor, source.id, source.columns);
  const toEvent = rowToEvent(descriptor);
  const found: string[] = [];
  for await (const batch of source.read({ signal: new AbortController().signal })) {
    for (const row of batch.rows) {
      const event = toEvent(toRaw(row));
      found.push(
        isRejection(event)
          ? event.code
          : `${event.customerId} ${event.localDate} ${event.product} ${event.quantity} × ${event.unitPrice} = ${event.amount}`,
      );
    }
  }
  return found;
}

describe('a dirty file', () => {
  it('comes through row by row, or is refused row by row with reasons', async () => {
    const content = [
      '\uFEFFreceipt;card;sold at;article;price;pieces;price',
      'r1;9007199254740993;31/12/2024 23:59;"chair; red";1.234,56;2;x',
      '',
      'r2;9007199254740994;30/02/2024 10:00;table;1,00;1;x',
      'r3;;01/01/2025 00:00;5" screw;0,05;100;x',
      'r4;17;01/01/2025 00:00;lamp;12.5;1;x',
      'r5;17;01/01/2025 00:01;lamp;2,50;1',
      'r6;17;01/01/2025 00:02;"lamp;2,50;1;x',
      'r7;17;01/01/2025 00:03;lamp;NULL;1;x',
      'r8;17;01/01/2025 00:04;lamp;2,',
    ].join('\r\n');
    expect(await read('till.csv', content, parseDescriptor({ ...till, decimal: ',' }, 'test'))).toEqual([
      '9007199254740993 2024-12-31 chair; red 2 × 123456 = 246912',
      'BAD_TIME',
      'null 2025-01-01 5" screw 100 × 5 = 500',
      'BAD_PRICE',
      'MALFORMED_ROW',
      'MALFORMED_ROW',
      'NO_AMOUNT',
      'MALFORMED_ROW',
    ]);
  });

  it.each(['\t', '|', ';', ','])('separated by %j is the same', async (delimiter) => {
    const lines = [
      ['card', 'receipt', 'sold at', 'article', 'price', 'pieces'],
      ['1', 'r', '03/04/2024 10:00', 'x', '2.50', '3'],
    ];
    expect(await read('cut.txt', lines.map((cells) => cells.join(delimiter)).join('\n'))).toEqual([
      '1 2024-04-03 x 3 × 250 = 750',
    ]);
    const american = parseDescriptor({ ...till, time: { patterns: ['MM/dd/yyyy HH:mm'] } }, 'test');
    expect(await read('cut.txt', lines.map((cells) => cells.join(delimiter)).join('\n'), american)).toEqual([
      '1 2024-03-04 x 3 × 250 = 750',
    ]);
  });

  it('of JSON lines is read by the same descriptor', async () => {
    const lines = [
      '{"card": 9007199254740993, "receipt": "r", "sold at": "03/04/2024 10:00", "article": "x", "price": 2.5, "pieces": 3}',
      '{"card": 17, "receipt": "r", "sold at": "03/04/2024 10:00", "article": "x", "price": "2.505", "pieces": 1.0}',
      '{"card": 17,',
    ];
    expect(await read('till.jsonl', lines.join('\n'))).toEqual([
      '9007199254740993 2024-04-03 x 3 × 250 = 750',
      '17 2024-04-03 x 1 × 251 = 251',
      'MALFORMED_ROW',
    ]);
    await expect(read('array.json', '[\n{"card": 1}\n]')).rejects.toThrow(/one object a line/);
  });

  it('of a known dataset with other delimiters and times without seconds is read by its descriptor', async () => {
    const content = [
      'InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country',
      '536365;85123A;"A ""lovely"" lamp; red";6;2010-12-01 08:26;2.55;17850.0;United Kingdom',
      'C536379;D;Discount;-1;2010-12-01T09:41:00;27.5;14527;United Kingdom',
      '536380;22961;JAM;24;01/12/2010 09:41;1.45;17809;United Kingdom',
      '536381;22961;JAM;24;2010-12-01 09:4',
    ].join('\n');
    expect(await read('retail.csv', content, onlineRetail)).toEqual([
      '17850 2010-12-01 85123A 6 × 255 = 1530',
      '14527 2010-12-01 D -1 × 2750 = -2750',
      'BAD_TIME',
      'MALFORMED_ROW',
    ]);
  });

  it('of another dataset is refused with the columns that it lacks', async () => {
    await expect(read('other.csv', 'a,b\n1,2\n', onlineRetail)).rejects.toMatchObject({ code: 'WRONG_COLUMNS' });
  });

  it('at an address is to be downloaded first', async () => {
    const options = { now: () => 0, random: () => 0 };
    await expect(openSource('https://example.org/data.csv.gz', onlineRetail, options)).rejects.toThrow(/download it/);
  });
});
