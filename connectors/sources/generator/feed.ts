import type { SyntheticShopEvent, SyntheticTransaction } from '../../../schemas/generated.ts';
import type { ShopOptions } from './life.ts';
import type { ShopPosition, TransactionsPosition } from './position.ts';
import { openShop } from './shop.ts';
import { SECOND } from './time.ts';
import { transactionAt } from './transactions.ts';

/** An endless sequence of records in event-time order, read one by one from any position. */
export interface Feed<T, P = unknown> {
  /** The next record. */
  readonly head: T;
  /** Moves past it. */
  take(): void;
  /** Where `head` is: everything needed to begin there again. */
  position(): P;
}

/** The preset `shop` from a position. */
export function shopFeed(
  options: ShopOptions,
  from: { readonly day: number; readonly index: number },
): Feed<SyntheticShopEvent, ShopPosition> {
  const shop = openShop(options, from.day);
  let events: readonly SyntheticShopEvent[] = [];
  let day = from.day;
  let index = 0;
  let head = nextDay(from.index);

  /** The event at `skip` in the next day that has one. */
  function nextDay(skip: number): SyntheticShopEvent {
    for (let first = skip; ; first = 0) {
      day = shop.day;
      events = shop.next();
      const event = events[first];
      if (event !== undefined) {
        index = first;
        return event;
      }
    }
  }

  return {
    get head() {
      return head;
    },
    take() {
      index++;
      head = events[index] ?? nextDay(0);
    },
    position: () => ({ seed: options.seed, customers: options.customers, start: options.start, day, index }),
  };
}

/** The preset `transactions` from a position: evenly spaced in event time, `rate` to its second. */
export function transactionsFeed(from: TransactionsPosition): Feed<SyntheticTransaction, TransactionsPosition> {
  const { seed, rate, since } = from;
  const at = (index: number) =>
    transactionAt(seed, index, since.time + Math.floor(((index - since.index) * SECOND) / rate));
  let index = from.index;
  let head = at(index);
  return {
    get head() {
      return head;
    },
    take() {
      index++;
      head = at(index);
    },
    position: () => ({ ...from, index }),
  };
}
