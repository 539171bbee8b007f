import { expect, it } from 'vitest';
import type { SyntheticShopEvent, SyntheticTransaction } from '../schemas/generated.ts';
import { syntheticShopToEvent, syntheticTransactionToEvent } from './synthetic.ts';

const time = Date.UTC(2024, 5, 30, 22, 30);

it('makes a purchase of every transaction, with its flag of return', () => {
  const transaction: SyntheticTransaction = {
    transactionId: 't-1',
    customerId: '17',
    timestamp: time,
    productCategory: 'Books',
    paymentMethod: 'Cash',
    gender: 'Female',
    productPrice: 1050,
    quantity: 3,
    totalPurchaseAmount: 3150,
    customerAge: 44,
    returns: 1,
  };
  const toEvent = syntheticTransactionToEvent('Europe/Berlin');
  expect(toEvent(transaction)).toMatchObject({
    eventId: 't-1',
    kind: 'PURCHASE',
    amount: 3150,
    returned: true,
    localDate: '2024-07-01',
    localHour: 0,
  });
  expect(toEvent({ ...transaction, returns: 0 }).returned).toBe(false);
  expect(toEvent({ ...transaction, returns: null }).returned).toBeNull();
});

it('keeps what a simulated customer does', () => {
  const act: SyntheticShopEvent = {
    eventId: 's-1',
    customerId: '17',
    timestamp: time,
    kind: 'CART',
    orderId: null,
    product: 'p',
    category: 'Toys',
    unitPrice: 999,
    quantity: 1,
    amount: 999,
    paymentMethod: null,
    gender: 'Male',
    age: 30,
    country: null,
  };
  expect(syntheticShopToEvent()(act)).toMatchObject({
    kind: 'CART',
    time,
    amount: 999,
    localDate: '2024-06-30',
    localHour: 22,
  });
});
