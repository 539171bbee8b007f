/**
 * Money in files: decimals in units of the currency, as whoever reads them knows nothing of minor units. A schema's attribute
 * `money` names the fields, each with the record's field that has its currency, or with the currency itself.
 */
import { minorDigits } from '../../datasets/minor-digits.ts';
import { SinkError, type SinkRecord } from './sink.ts';

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
