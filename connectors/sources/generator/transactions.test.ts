import { expect, test } from 'vitest';
import { OLD_CUSTOMERS, transactionAt } from './transactions.ts';

const sales = Array.from({ length: 50_000 }, (_, index) => transactionAt(1, index, index * 10));

test('a transaction is a function of seed, number and time', () => {
  expect(transactionAt(1, 4_000, 40_000)).toEqual(sales[4_000]);
  expect(transactionAt(2, 4_000, 40_000)).not.toEqual(sales[4_000]);
});

test('every field is within the preset’s bounds, and the total is price times quantity', () => {
  for (const sale of sales) {
    expect(sale.productPrice >= 1_000 && sale.productPrice <= 50_000).toBe(true);
    expect(sale.quantity >= 1 && sale.quantity <= 5).toBe(true);
    expect(sale.totalPurchaseAmount).toBe(sale.productPrice * sale.quantity);
    expect(sale.customerAge >= 18 && sale.customerAge <= 70).toBe(true);
  }
  const values = (field: (sale: (typeof sales)[number]) => unknown) => new Set(sales.map(field));
  expect(values((sale) => sale.productCategory)).toEqual(new Set(['Electronics', 'Clothing', 'Home', 'Books']));
  expect(values((sale) => sale.paymentMethod)).toEqual(new Set(['Credit Card', 'PayPal', 'Cash']));
  expect(values((sale) => sale.gender)).toEqual(new Set(['Female', 'Male']));
  expect(values((sale) => sale.returns)).toEqual(new Set([0, 1, null]));
});

test('95 of 100 customers are old ones, the others have never been seen', () => {
  const newcomers = sales.filter((sale) => Number(sale.customerId) > OLD_CUSTOMERS).map((sale) => sale.customerId);
  expect(newcomers.length / sales.length).toBeCloseTo(0.05, 2);
  expect(new Set(newcomers).size).toBe(newcomers.length);
});

test('a customer’s age and gender never change', () => {
  const people = new Map<string, string>();
  for (const { customerId, customerAge, gender } of sales) {
    const person = `${customerAge} ${gender}`;
    expect(people.get(customerId) ?? person).toBe(person);
    people.set(customerId, person);
  }
  expect(people.size).toBeLessThan(sales.length * 0.8); // customers do come again
});
