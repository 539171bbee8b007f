import { describe, expect, it } from 'vitest';
import { columnName } from './avro-name.ts';
import type { Cell } from './cell.ts';
import { type DescriptorInput, parseDescriptor } from './descriptor.ts';
import { onlineRetail } from './online-retail.ts';
import type { RawRow } from './raw.ts';
import { rees46 } from './rees46.ts';
import { rowToEvent } from './row-to-event.ts';

function raw(cells: Readonly<Record<string, Cell>>, envelope: Partial<RawRow> = {}): RawRow {
  const fields = Object.fromEntries(Object.entries(cells).map(([column, cell]) => [columnName(column), cell]));
  return { _row: 7, _file: 'a'.repeat(64), _time: null, _error: null, _line: null, ...fields, ...envelope };
}

const line = {
  InvoiceNo: '536365',
  StockCode: '85123A',
  Description: 'T-LIGHT HOLDER',
  Quantity: '6',
  InvoiceDate: '2010-12-01 08:26:00',
  UnitPrice: '2.55',
  CustomerID: '17850',
  Country: 'United Kingdom',
};

describe('online-retail', () => {
  const toEvent = rowToEvent(onlineRetail);

  it('sells', () => {
    expect(toEvent(raw(line))).toEqual({
      eventId: 'online-retail-aaaaaaaaaaaa-7',
      customerId: '17850',
      kind: 'PURCHASE',
      time: Date.UTC(2010, 11, 1, 8, 26),
      orderId: '536365',
      product: '85123A',
      category: null,
      unitPrice: 255,
      quantity: 6,
      amount: 1530,
      currency: 'GBP',
      paymentMethod: null,
      gender: null,
      age: null,
      country: 'United Kingdom',
      returned: null,
      localDate: '2010-12-01',
      localHour: 8,
      dataset: 'online-retail',
      file: 'a'.repeat(64),
      row: 7,
    });
  });

  it('takes back, with the sign of the quantity', () => {
    expect(toEvent(raw({ ...line, InvoiceNo: 'C536379', Quantity: '-1', UnitPrice: '27.505' }))).toMatchObject({
      kind: 'RETURN',
      quantity: -1,
      amount: -2751,
      unitPrice: 2751,
    });
  });

  it.each([
    ['ADJUSTMENT', { InvoiceNo: 'A563185', UnitPrice: '11062.06' }],
    ['NEGATIVE_QUANTITY_WITHOUT_CANCELLATION', { Quantity: '-80995' }],
    ['CANCELLATION_WITHOUT_NEGATIVE_QUANTITY', { InvoiceNo: 'C1' }],
    ['NON_POSITIVE_PRICE', { UnitPrice: '0.0' }],
    ['NON_POSITIVE_PRICE', { UnitPrice: '-11062.06' }],
    ['ZERO_QUANTITY', { Quantity: '0' }],
    ['NO_QUANTITY', { Quantity: '' }],
    ['NO_INVOICE', { InvoiceNo: ' ' }],
    ['BAD_QUANTITY', { Quantity: 'six' }],
    ['BAD_QUANTITY', { Quantity: '1.5' }],
    ['BAD_PRICE', { UnitPrice: '2,5,5' }],
    ['NO_AMOUNT', { UnitPrice: 'NaN' }],
    ['BAD_TIME', { InvoiceDate: '2011-02-30 08:26:00' }],
    ['BAD_AMOUNT', { Quantity: '9007199254740991' }],
  ])('refuses with the reason %s', (code, cells) => {
    expect(toEvent(raw({ ...line, ...cells }))).toEqual({ code, message: expect.any(String) });
  });

  it('keeps rows without a customer as anonymous', () => {
    for (const customer of [null, '', '  ', 'NULL', 'nan', Number.NaN]) {
      expect(toEvent(raw({ ...line, CustomerID: customer }))).toMatchObject({ customerId: null, orderId: '536365' });
    }
  });

  it('makes the same event of Parquet cells', () => {
    const typed = { ...line, Quantity: 6, UnitPrice: 2.55, CustomerID: 17850 };
    expect(toEvent(raw(typed))).toEqual(toEvent(raw(line)));
    expect(toEvent(raw({ ...line, CustomerID: '17850.0' }))).toEqual(toEvent(raw(line)));
  });

  it('says why a line is not a row', () => {
    expect(toEvent(raw({}, { _error: 'it has 3 fields and should have 8', _line: 'a,b,c' }))).toEqual({
      code: 'MALFORMED_ROW',
      message: 'it has 3 fields and should have 8',
    });
  });

  it('gives a deliberate repeat ids of its own', () => {
    expect(toEvent(raw(line, { _file: `${'a'.repeat(64)}#2` }))).toMatchObject({
      eventId: 'online-retail-aaaaaaaaaaaa#2-7',
    });
  });
});

describe('rees46', () => {
  const toEvent = rowToEvent(rees46);
  const click = {
    event_time: '2019-10-01 00:00:00 UTC',
    event_type: 'cart',
    product_id: '44600062',
    category_id: '2103807459595387724',
    category_code: '',
    brand: 'shiseido',
    price: '35.79',
    user_id: '9007199254740993123',
    user_session: 'x',
  };

  it('has views, carts and purchases of one unit, and ids as text', () => {
    expect(toEvent(raw(click))).toMatchObject({
      kind: 'CART',
      amount: 3579,
      quantity: 1,
      category: null,
      orderId: null,
      customerId: '9007199254740993123',
    });
    expect(toEvent(raw({ ...click, event_type: 'purchase' }))).toMatchObject({ kind: 'PURCHASE' });
    expect(toEvent(raw({ ...click, event_type: 'wish' }))).toMatchObject({ code: 'UNKNOWN_KIND' });
    expect(toEvent(raw({ ...click, event_type: 'view', price: '' }))).toMatchObject({
      kind: 'VIEW',
      unitPrice: null,
      amount: 0,
    });
  });
});

it('reads decimal commas, days of another zone, and flags as the descriptor says', () => {
  const descriptor: DescriptorInput = {
    name: 'laden',
    title: 'Ein Laden',
    format: { kind: 'csv' },
    columns: { eventId: 'id', customer: 'Kunde', time: 'Zeit', amount: 'Summe', returned: 'Retour', age: 'Alter' },
    time: { patterns: ['dd.MM.yyyy HH:mm'], zone: 'Europe/Berlin' },
    decimal: ',',
    currency: { code: 'EUR', digits: 2 },
    rows: { sorted: true },
    amount: 'column',
    kind: { constant: 'PURCHASE' },
  };
  const toEvent = rowToEvent(parseDescriptor(descriptor, 'test'));
  const cells = { id: 'e-1', Kunde: '00017', Zeit: '01.07.2024 00:30', Summe: '1.234,56', Retour: '1.0', Alter: '42' };
  expect(toEvent(raw(cells))).toMatchObject({
    eventId: 'e-1',
    customerId: '00017',
    time: Date.UTC(2024, 5, 30, 22, 30),
    localDate: '2024-07-01',
    localHour: 0,
    amount: 123456,
    returned: true,
    age: 42,
  });
  expect(toEvent(raw({ ...cells, Summe: 1234.56, Retour: 'nein', Alter: '-3' }))).toMatchObject({
    amount: 123456,
    returned: null,
    age: null,
  });
});
