import {
  type SyntheticShopEvent,
  type SyntheticTransaction,
  syntheticShopEventSchema,
  syntheticTransactionSchema,
} from '../../../schemas/generated.ts';
import { type Topic, topic } from '../../../src/engine/topic.ts';

/** What the preset `transactions` writes: made-up sales. */
export const syntheticTransactions: Topic<SyntheticTransaction> = topic({
  name: 'synthetic.transactions',
  schema: syntheticTransactionSchema,
  key: (transaction) => transaction.customerId,
  ticked: true,
});

/** What the preset `shop` writes: simulated customers' views, carts, purchases and returns. */
export const syntheticShop: Topic<SyntheticShopEvent> = topic({
  name: 'synthetic.shop',
  schema: syntheticShopEventSchema,
  key: (event) => event.customerId,
  ticked: true,
});
