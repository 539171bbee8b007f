/**
 * Money in files: decimals in units of the currency, as whoever reads them knows nothing of minor units. A schema's attribute
 * `money` names the fields, each with the record's field that has its currency, with the currency itself, or with `shop`: what
 * the shop's datasets have. Where those differ, or none is known, the column stays in minor units.
 */
import type { Schema } from 'avsc';
import { minorDigits } from '../../datasets/minor-digits.ts';
import { SinkError, type SinkRecord } from './sink.ts';

/** A currency that is the shop's. */
export const SHOP = 'shop';

/** What it is; `undefined` when it is not known, or not one. */
export type ShopCurrency = () => Promise<string | undefined>;

/** What a schema's attribute `money` says, by field. */
export function moneyFields(schema: Schema | undefined): Readonly<Record<string, unknown>> {
  const money: unknown = typeof schema === 'object' && 'money' in schema ? schema.money : undefined;
  return typeof money === 'object' && money !== null ? { ...money } : {};
}

/** The shop's currency for a range that needs it. */
export async function currencyFor(
  schema: Schema | undefined,
  shop: ShopCurrency | undefined,
): Promise<string | undefined> {
  return Object.values(moneyFields(schema)).includes(SHOP) ? shop?.() : undefined;
}

/** DECIMAL(18, 4): no currency has more than four digits, and 18 are what an INT64 holds. */
export const decimal = { precision: 18, scale: 4 } as const;

const LIMIT = 10n ** BigInt(decimal.precision);

/** A number of 1 / 10,000 of the currency's unit; a bigint where a number would not be exact. */
export type Money = number | bigint;

/**
 * Reads a field with minor units: an integer exactly, a mean (a double) rounded to the decimal's last digit.
 * @param money of the field: the name of another, or a currency
 * @param fields names of all
 */
export function moneyOf(
  name: string,
  money: string,
  fields: ReadonlySet<string>,
): (record: SinkRecord) => Money | null {
  let known = fields.has(money) ? undefined : money;
  let factor = known === undefined ? 0 : factorOf(known);
  const inRecord = known === undefined;
  return ({ offset, value }) => {
    const minor = value?.[name];
    if (typeof minor !== 'number') return null;
    const currency = inRecord ? value?.[money] : known;
    if (currency !== known) {
      known = String(currency);
      factor = factorOf(known);
    }
    const exact = minor * factor;
    if (Number.isSafeInteger(exact)) return exact;
    if (!Number.isInteger(minor)) return Math.round(exact);
    const large = BigInt(minor) * BigInt(factor);
    if (large < LIMIT && large > -LIMIT) return large;
    throw new SinkError('BAD_RECORD', `offset ${offset}: ${name} has ${minor}, and files hold up to 10^14 ${known}`);
  };
}

function factorOf(currency: string): number {
  return 10 ** (decimal.scale - minorDigits(currency));
}
