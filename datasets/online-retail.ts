import { parseDescriptor } from './descriptor.ts';

export const onlineRetail = parseDescriptor(
  {
    name: 'online-retail',
    title: 'UCI Online Retail: the invoice lines of a British gift wholesaler, December 2010 to December 2011',
    format: { kind: 'csv' },
    columns: {
      customer: 'CustomerID',
      order: 'InvoiceNo',
      time: 'InvoiceDate',
      product: 'StockCode',
      unitPrice: 'UnitPrice',
      quantity: 'Quantity',
      country: 'Country',
    },
    time: { patterns: ['yyyy-MM-dd HH:mm:ss', 'ISO'] },
    currency: { code: 'GBP', digits: 2 },
    rows: { sorted: true },
    amount: 'quantity*unitPrice',
    reject: [
      {
        when: [{ column: 'InvoiceNo', is: 'starts with', value: 'A' }],
        code: 'ADJUSTMENT',
        message: 'an adjustment of bad debt, not a sale',
      },
      {
        when: [{ column: 'Quantity', is: '=', value: 0 }],
        code: 'ZERO_QUANTITY',
        message: 'nothing was bought or given back',
      },
      {
        when: [
          { column: 'InvoiceNo', is: 'starts with', value: 'C' },
          { column: 'Quantity', is: '>', value: 0 },
        ],
        code: 'CANCELLATION_WITHOUT_NEGATIVE_QUANTITY',
        message: 'a cancelled invoice must take goods back',
      },
      {
        when: [
          { column: 'InvoiceNo', is: 'not empty' },
          { column: 'InvoiceNo', is: 'not starts with', value: 'C' },
          { column: 'Quantity', is: '<', value: 0 },
        ],
        code: 'NEGATIVE_QUANTITY_WITHOUT_CANCELLATION',
        message: 'goods leave the books without a cancelled invoice',
      },
      {
        when: [{ column: 'UnitPrice', is: '<=', value: 0 }],
        code: 'NON_POSITIVE_PRICE',
        message: 'the price is not above zero: goods written off, found or given away',
      },
      { when: [{ column: 'InvoiceNo', is: 'empty' }], code: 'NO_INVOICE', message: 'the row names no invoice' },
      { when: [{ column: 'Quantity', is: 'empty' }], code: 'NO_QUANTITY', message: 'the row names no quantity' },
    ],
    kind: {
      rules: [
        { when: [{ column: 'InvoiceNo', is: 'starts with', value: 'C' }], kind: 'RETURN' },
        { when: [], kind: 'PURCHASE' },
      ],
    },
  },
  'online-retail',
);
