import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { columnsRead, type DescriptorInput, parseDescriptor } from './descriptor.ts';
import { datasets, loadDescriptor } from './load.ts';
import { onlineRetail } from './online-retail.ts';

const shop: DescriptorInput = {
  name: 'my-shop',
  title: 'My shop',
  format: { kind: 'csv' },
  columns: { customer: 'who', time: 'when', amount: 'paid' },
  time: { patterns: ['ISO'] },
  currency: { code: 'EUR', digits: 2 },
  rows: { sorted: true },
  amount: 'column',
  kind: { constant: 'PURCHASE' },
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-descriptor-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('fills the defaults in', () => {
  expect(parseDescriptor(shop, 'test')).toMatchObject({
    format: { delimiter: 'auto', quote: '"', header: true, encoding: 'auto' },
    time: { zone: 'UTC', precision: 'instant' },
    rows: { sorted: true, disorder: 0 },
    key: 'customer',
    reject: [],
  });
});

it.each([
  ['columns.amount', { ...shop, columns: { customer: 'who', time: 'when' } }],
  ['time.patterns', { ...shop, time: { patterns: ['YYYY'] } }],
  ['time.zone', { ...shop, time: { patterns: ['ISO'], zone: 'Mars/Olympus' } }],
  ['customerr', { ...shop, columns: { ...shop.columns, customerr: 'x' } }],
  ['format', { ...shop, format: { kind: 'csv', header: false } }],
  ['JPY has 0 digits', { ...shop, currency: { code: 'JPY', digits: 2 } }],
  ['currency.code', { ...shop, currency: { code: 'euro', digits: 2 } }],
])('names what is wrong: %s', (field, value) => {
  expect(() => parseDescriptor(value, 'test.json')).toThrow(field);
});

it('knows which columns it reads', () => {
  expect(columnsRead(onlineRetail)).toEqual([
    'CustomerID',
    'InvoiceNo',
    'InvoiceDate',
    'StockCode',
    'UnitPrice',
    'Quantity',
    'Country',
  ]);
});

it('is loaded by name, from JSON and from a module', async () => {
  expect(await loadDescriptor('online-retail')).toBe(onlineRetail);
  const json = join(folder, 'shop.json');
  await writeFile(json, JSON.stringify(shop));
  expect((await loadDescriptor(json)).name).toBe('my-shop');
  const module = join(folder, 'shop.ts');
  await writeFile(module, `export const descriptor = ${JSON.stringify(shop)};`);
  expect((await loadDescriptor(module)).name).toBe('my-shop');
});

it('that cannot be loaded says what to do', async () => {
  await expect(loadDescriptor('online-retial')).rejects.toThrow([...datasets.keys()].join(', '));
  await expect(loadDescriptor(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'INVALID_DESCRIPTOR' });
});
