import { dayNumber } from '../../datasets/civil.ts';
import { minorDigits } from '../../datasets/minor-digits.ts';
import type { Event } from '../../schemas/generated.ts';

/**
 * A customer's purchase occasions, in order of day: three arrays of one length. All purchases of a local day are one
 * occasion. Sums are of whole numbers, so that a history is the same to the last bit in whatever order its purchases came.
 */
export interface History {
  /** Local days on which something was bought, ascending, counted from 1970-01-01. */
  readonly days: number[];
  /** Spent on each of these days, in `PARTS` of the currency's unit. */
  readonly amounts: number[];
  /** Units bought on each of these days. */
  readonly quantities: number[];
}

/** Parts of a unit of money in which amounts are kept: no currency divides its unit further (ISO 4217). */
export const PARTS = 10_000;

const partsOfMinor = [10_000, 1_000, 100, 10, 1];

/** Avro schema of a history as state. */
export const historySchema = {
  type: 'record',
  name: 'History',
  fields: ['days', 'amounts', 'quantities'].map((name) => ({ name, type: { type: 'array', items: 'long' } })),
} as const;

export function newHistory(): History {
  return { days: [], amounts: [], quantities: [] };
}

/** What is an occasion: a customer's purchase, also one that cost nothing. A return undoes none, and is none (sales are gross). */
export function isOccasion({ kind, customerId }: Event): boolean {
  return kind === 'PURCHASE' && customerId !== null;
}

/** Adds a purchase, in whatever order they come. Amounts of several currencies are added up as they are, unconverted. */
export function addPurchase(history: History, { localDate, amount, quantity, currency }: Event): void {
  addOccasion(history, dayOf(localDate), amount * (partsOfMinor[minorDigits(currency)] ?? 1), quantity);
}

/** @param amount in `PARTS` of the currency's unit */
export function addOccasion(
  { days, amounts, quantities }: History,
  day: number,
  amount: number,
  quantity: number,
): void {
  let at = days.length;
  for (let before = days[at - 1]; before !== undefined && before >= day; before = days[at - 1]) at--;
  if (days[at] === day) {
    amounts[at] = (amounts[at] ?? 0) + amount;
    quantities[at] = (quantities[at] ?? 0) + quantity;
  } else if (at === days.length) {
    days.push(day);
    amounts.push(amount);
    quantities.push(quantity);
  } else {
    days.splice(at, 0, day);
    amounts.splice(at, 0, amount);
    quantities.splice(at, 0, quantity);
  }
}

/** Day number of a date that is known to be one, YYYY-MM-DD. */
export function dayOf(date: string): number {
  return dayNumber(Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10)));
}
