import type { Event, SyntheticShopEvent, SyntheticTransaction } from '../schemas/generated.ts';
import { momentOf } from './read-time.ts';
import { zoneOf } from './zone.ts';

/** Of all that the generator makes. */
export const syntheticCurrency = 'USD';

/** The generator's two presets as events. Amounts are in cents of a dollar; ids are the generator's own. */

/** One PURCHASE per transaction; `returns` becomes the flag `returned`. @param zone IANA name, for the local day and hour */
export function syntheticTransactionToEvent(zone = 'UTC'): (transaction: SyntheticTransaction) => Event {
  const place = zoneOf(zone);
  return (transaction) => {
    const { time, localDate, localHour } = momentOf(transaction.timestamp, place);
    return {
      eventId: transaction.transactionId,
      customerId: transaction.customerId,
      kind: 'PURCHASE',
      time,
      orderId: null,
      product: null,
      category: transaction.productCategory,
      unitPrice: transaction.productPrice,
      quantity: transaction.quantity,
      amount: transaction.totalPurchaseAmount,
      currency: syntheticCurrency,
      paymentMethod: transaction.paymentMethod,
      gender: transaction.gender,
      age: transaction.customerAge,
      country: null,
      returned: transaction.returns === null ? null : transaction.returns === 1,
      localDate,
      localHour,
      dataset: 'synthetic-transactions',
      file: null,
      row: null,
    };
  };
}

/** One event per simulated act. @param zone IANA name, for the local day and hour */
export function syntheticShopToEvent(zone = 'UTC'): (act: SyntheticShopEvent) => Event {
  const place = zoneOf(zone);
  return (act) => {
    const { time, localDate, localHour } = momentOf(act.timestamp, place);
    return {
      eventId: act.eventId,
      customerId: act.customerId,
      kind: act.kind,
      time,
      orderId: act.orderId,
      product: act.product,
      category: act.category,
      unitPrice: act.unitPrice,
      quantity: act.quantity,
      amount: act.amount,
      currency: syntheticCurrency,
      paymentMethod: act.paymentMethod,
      gender: act.gender,
      age: act.age,
      country: act.country,
      returned: null,
      localDate,
      localHour,
      dataset: 'synthetic-shop',
      file: null,
      row: null,
    };
  };
}
