import type { ProductCategory, SyntheticTransaction } from '../../../schemas/generated.ts';
import { below, randomAt, restart, uniform } from './random.ts';

/** Customers that come again; new ones have ids beyond. */
export const OLD_CUSTOMERS = 50_000;
const NEW_SHARE = 0.05;
const CHEAPEST = 1_000;
const DEAREST = 50_000;
/** The return flag is unknown for a fifth, as in the public file of this shape. */
const UNKNOWN_RETURNS = 0.2;
const RETURNED = 0.1;

const categories: readonly ProductCategory[] = ['Electronics', 'Clothing', 'Home', 'Books'];
const paymentMethods = ['Credit Card', 'PayPal', 'Cash'];

const SALE = 4;
const PERSON = 5;
const stream = randomAt(0); // restarted for every use

/**
 * The made-up sale number `index` (from 0) of the preset `transactions`: a pure function of seed, number and time.
 * @param timestamp event time, UTC ms
 */
export function transactionAt(seed: number, index: number, timestamp: number): SyntheticTransaction {
  const low = index | 0;
  const high = Math.floor(index / 0x1_0000_0000);
  restart(stream, seed, SALE, low, high);
  const isNew = uniform(stream) < NEW_SHARE;
  const customer = isNew ? OLD_CUSTOMERS + 1 + index : 1 + below(stream, OLD_CUSTOMERS);
  const productCategory = categories[below(stream, categories.length)] ?? 'Books';
  const paymentMethod = paymentMethods[below(stream, paymentMethods.length)] ?? 'Cash';
  const productPrice = CHEAPEST + below(stream, DEAREST - CHEAPEST + 1);
  const quantity = 1 + below(stream, 5);
  const returns = uniform(stream) < UNKNOWN_RETURNS ? null : uniform(stream) < RETURNED ? 1 : 0;
  restart(stream, seed, PERSON, customer | 0, Math.floor(customer / 0x1_0000_0000));
  return {
    transactionId: `T${index + 1}`,
    customerId: String(customer),
    timestamp,
    productCategory,
    paymentMethod,
    gender: uniform(stream) < 0.5 ? 'Female' : 'Male',
    productPrice,
    quantity,
    totalPurchaseAmount: productPrice * quantity,
    customerAge: 18 + below(stream, 53),
    returns,
  };
}
