import { z } from 'zod';

/** What a generator keeps in its source position: the settings that its records depend on, and where to go on. */
const shopPosition = z.object({
  seed: z.number(),
  customers: z.number(),
  start: z.number(),
  /** Day of the next event, and its index among that day's. */
  day: z.number(),
  index: z.number(),
});
export type ShopPosition = z.infer<typeof shopPosition>;

const transactionsPosition = z.object({
  seed: z.number(),
  start: z.number(),
  /** Number of the next transaction. */
  index: z.number(),
  rate: z.number(),
  /** Where this rate began: number and event time of a transaction. */
  since: z.object({ index: z.number(), time: z.number() }),
});
export type TransactionsPosition = z.infer<typeof transactionsPosition>;

export const parseShopPosition = (json: string): ShopPosition => shopPosition.parse(JSON.parse(json));
export const parseTransactionsPosition = (json: string): TransactionsPosition =>
  transactionsPosition.parse(JSON.parse(json));
