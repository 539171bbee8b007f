import { parseDescriptor } from './descriptor.ts';

export const kaggleEcommerce = parseDescriptor(
  {
    name: 'kaggle-ecommerce',
    title: 'Kaggle e-commerce customer data: made-up purchases with payment, age, gender and a flag for returns',
    format: { kind: 'csv' },
    columns: {
      customer: 'Customer ID',
      time: 'Purchase Date',
      category: 'Product Category',
      unitPrice: 'Product Price',
      quantity: 'Quantity',
      amount: 'Total Purchase Amount',
      paymentMethod: 'Payment Method',
      gender: 'Gender',
      age: 'Customer Age',
      returned: 'Returns',
    },
    time: { patterns: ['yyyy-MM-dd HH:mm:ss', 'ISO'] },
    currency: { code: 'USD', digits: 2 },
    rows: { sorted: true },
    amount: 'column',
    kind: { constant: 'PURCHASE' },
  },
  'kaggle-ecommerce',
);
