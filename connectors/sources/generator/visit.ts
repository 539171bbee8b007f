import type { ShopKind, SyntheticShopEvent } from '../../../schemas/generated.ts';
import { categories, listPrice, productName, tierOf, within } from './catalogue.ts';
import { type Customer, model } from './customer.ts';
import { choose, exponential, gamma, normal } from './distributions.ts';
import { below, type Random, uniform } from './random.ts';
import { DAY, HOUR, MINUTE } from './time.ts';

/** Between two views of one visit, on average and at most: never a session's gap of 30 minutes. */
const VIEW_GAP = 0.7 * MINUTE;
const LONGEST_GAP = 20 * MINUTE;
const MOST_VIEWS = 20;
/** Share of the visits without a purchase in which something was put into the cart. */
const ABANDONED_CARTS = 0.25;
/** How far from the customer's own price tier views range. */
const TIER_SPREAD = 40;
const quantityShares = [0.7, 0.2, 0.1];

/** A visit as its customer's life has it. */
export interface Visit {
  /** Among the customer's visits, from 0. */
  readonly number: number;
  /** Whether it ends in a purchase, and whether that comes back. */
  readonly buys: boolean;
  readonly returned: boolean;
}

/** Time of day of a visit's end: evenings, lunch breaks, and any time. Wraps around midnight within the day. */
export function timeOfDay(random: Random): number {
  const kind = uniform(random);
  const hour = kind < 0.6 ? 20 + 2 * normal(random) : kind < 0.85 ? 12.5 + 1.5 * normal(random) : 24 * uniform(random);
  return Math.floor((((hour % 24) + 24) % 24) * HOUR);
}

const gaps = new Float64Array(MOST_VIEWS + 2); // scratch: a visit is written before the next one begins

/**
 * Hot path: appends the events of a visit, in time order: 1 to 20 views, then a cart and a
 * purchase (and its return, before midnight), or nothing, or an abandoned cart. Views and carts have amount 0; a return
 * has the purchase's quantity and amount, negative.
 * @param random the visit's own stream
 * @param midnight begins its day
 * @param at when it ends, but for a return
 */
export function pushVisit(
  out: SyntheticShopEvent[],
  customer: Customer,
  visit: Visit,
  random: Random,
  midnight: number,
  at: number,
): void {
  const { buys } = visit;
  const views = 1 + below(random, MOST_VIEWS);
  const fillsCart = buys || uniform(random) < ABANDONED_CARTS;
  const steps = views + (fillsCart ? 1 : 0) + (buys ? 1 : 0);
  let length = 0;
  for (let step = 1; step < steps; step++) {
    const gap = Math.min(exponential(random, 1 / VIEW_GAP), LONGEST_GAP);
    gaps[step] = gap;
    length += gap;
  }
  const pace = length > at - midnight ? (at - midnight) / length : 1; // a visit stays within its day
  let time = at - length * pace;

  for (let step = 0; step < views - 1; step++) {
    const tier = browse(random, customer.tier);
    push(out, customer, visit, step, 'VIEW', time, choose(random, customer.shares), tier, listPrice(tier), 0);
    time += (gaps[step + 1] ?? 0) * pace;
  }
  // The last thing looked at is what goes into the cart and is bought.
  const category = choose(random, customer.shares);
  const quantity = 1 + choose(random, quantityShares);
  let tier = browse(random, customer.tier);
  let price = listPrice(tier);
  if (buys) {
    price = Math.max(1, Math.round((100 * gamma(random, model.spend.p, customer.spendRate)) / quantity));
    tier = tierOf(price);
  }
  push(out, customer, visit, views - 1, 'VIEW', time, category, tier, price, 0);
  if (!fillsCart) return;
  time += (gaps[views] ?? 0) * pace;
  push(out, customer, visit, views, 'CART', time, category, tier, price, quantity);
  if (!buys) return;
  push(out, customer, visit, views + 1, 'PURCHASE', at, category, tier, price, quantity);
  if (!visit.returned) return;
  const back = at + 1 + (midnight + DAY - at - 1) * uniform(random);
  push(out, customer, visit, views + 2, 'RETURN', back, category, tier, price, -quantity);
}

function browse(random: Random, tier: number): number {
  return within(tier + below(random, 2 * TIER_SPREAD + 1) - TIER_SPREAD);
}

function push(
  out: SyntheticShopEvent[],
  customer: Customer,
  visit: Visit,
  sequence: number,
  kind: ShopKind,
  time: number,
  category: number,
  tier: number,
  unitPrice: number,
  quantity: number,
): void {
  const sale = kind === 'PURCHASE' || kind === 'RETURN';
  out.push({
    eventId: `${customer.id}-${visit.number}-${sequence}`,
    customerId: customer.id,
    timestamp: Math.floor(time),
    kind,
    orderId: sale ? `${customer.id}-${visit.number}` : null,
    product: productName(category, tier),
    category: categories[category] ?? '',
    unitPrice,
    quantity,
    amount: sale ? unitPrice * quantity : 0,
    paymentMethod: sale ? customer.paymentMethod : null,
    gender: customer.gender,
    age: customer.age,
    country: customer.country,
  });
}
