import { type Customer, drawCustomer, dropoutAfter } from './customer.ts';
import { exponential, geometric } from './distributions.ts';
import { type Random, randomAt, uniform } from './random.ts';
import { SEASON_DAYS, type Season } from './season.ts';

/** Days over which the first customers are acquired, evenly. From day 730 on new ones come at the same rate. */
export const ACQUISITION_DAYS = 630;
/** A customer may look around for this many days before the first purchase. */
const PROSPECT_DAYS = 7;
/** One visit of this many ends in a purchase. */
const VISITS_PER_PURCHASE = 3;
/** Ten years of silence: such a visit is never made, and the customer is forgotten. */
const NEVER_WEEKS = 520;

const LIFE = 1;

export interface ShopOptions {
  /** A safe integer, 0 or more. */
  readonly seed: number;
  /** Customers acquired in the first 730 days. */
  readonly customers: number;
  /** Midnight UTC of day 0. */
  readonly start: number;
}

/**
 * A customer's life, standing before the next visit. Visits come as a Poisson process in operational time, and one of
 * three ends in a purchase, so that purchases come at the customer's rate and twice as many visits end without one.
 * `advance` moves on; nothing else changes it.
 */
export interface Life {
  readonly index: number;
  readonly customer: Customer;
  readonly random: Random;
  /** Moment of the first purchase, in days with fraction. */
  readonly acquired: number;
  /** Moments of the visits before the first purchase that are still to come, the next one last. */
  readonly prospects: number[];
  /** Purchases up to the next visit, that one included. */
  purchases: number;
  /** Operational weeks at the next visit; before the first purchase, at that purchase. */
  weeks: number;
  /** The next visit: its number from 0, its day (`Infinity`: there is none), whether it ends in a purchase, and in a return. */
  visit: number;
  day: number;
  buys: boolean;
  returned: boolean;
}

/** The life of the customer with this index, before the first visit. */
export function begin(options: ShopOptions, season: Season, index: number): Life {
  const random = randomAt(options.seed, LIFE, index);
  const acquired = acquiredOn(options, index, uniform(random));
  const customer = drawCustomer(random, `C${String(index + 1).padStart(6, '0')}`);
  const life: Life = {
    index,
    customer,
    random,
    acquired,
    prospects: drawProspects(random, acquired, index < options.customers ? 0 : SEASON_DAYS),
    purchases: 0,
    weeks: season.weeks(acquired),
    visit: 0,
    day: 0,
    buys: false,
    returned: false,
  };
  approach(life, season);
  return life;
}

/** Makes the next visit, and stands before the one after it. */
export function advance(life: Life, season: Season): void {
  life.visit++;
  if (life.buys && uniform(life.random) < dropoutAfter(life.customer.dropout, life.returned)) {
    life.day = Number.POSITIVE_INFINITY;
  } else {
    approach(life, season);
  }
}

/** From this day on the customer with this index may be seen. Never falls as the index rises. */
export function firstDayOf(options: ShopOptions, index: number): number {
  if (index < options.customers) return 0;
  return Math.max(SEASON_DAYS, Math.floor(acquiredOn(options, index, 0) - PROSPECT_DAYS));
}

function acquiredOn({ customers }: ShopOptions, index: number, draw: number): number {
  if (index < customers) return ACQUISITION_DAYS * draw;
  return SEASON_DAYS + (ACQUISITION_DAYS * (index - customers + draw)) / customers;
}

function drawProspects(random: Random, acquired: number, earliest: number): number[] {
  const looks = geometric(random, 1 / VISITS_PER_PURCHASE);
  const moments = Array.from({ length: looks }, () => acquired - PROSPECT_DAYS * uniform(random));
  return moments.map((moment) => Math.max(earliest, moment)).sort((one, other) => other - one);
}

function approach(life: Life, season: Season): void {
  const { customer, random } = life;
  const prospect = life.prospects.pop();
  if (prospect !== undefined) {
    life.day = Math.floor(prospect);
    return;
  }
  if (life.purchases === 0) {
    life.day = Math.floor(life.acquired);
    life.buys = true;
  } else {
    const gap = exponential(random, customer.rate * VISITS_PER_PURCHASE);
    if (gap > NEVER_WEEKS) {
      life.day = Number.POSITIVE_INFINITY;
      return;
    }
    life.weeks += gap;
    life.day = season.dayOf(life.weeks);
    life.buys = uniform(random) < 1 / VISITS_PER_PURCHASE;
  }
  if (life.buys) life.purchases++;
  life.returned = life.buys && uniform(random) < customer.returns;
}

/** What a customer buys up to and including `day`, in order: the life without its visits' details. */
export function purchasesOf(
  options: ShopOptions,
  season: Season,
  index: number,
  day: number,
): {
  readonly customer: Customer;
  readonly purchases: readonly { readonly day: number; readonly returned: boolean }[];
} {
  const life = begin(options, season, index);
  const purchases = [];
  for (; life.day <= day; advance(life, season)) {
    if (life.buys) purchases.push({ day: life.day, returned: life.returned });
  }
  return { customer: life.customer, purchases };
}
