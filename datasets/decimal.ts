/** Exact decimals, so that money never goes through binary fractions: 2.55 × 100 is 255. */

/** `digits / 10 ** scale`. `digits` is a safe integer, or a bigint beyond. */
export interface Decimal {
  readonly digits: number | bigint;
  /** From 0. */
  readonly scale: number;
}

/** The decimal mark: 1,234.56 or 1.234,56. The other one, spaces and apostrophes may group thousands. */
export type DecimalMark = '.' | ',';

const ZERO = 48;
const NINE = 57;

/**
 * Reads a decimal exactly. `undefined` where the text is not a number.
 * Hot path: short plain numbers are read digit by digit; signs of currency, groups and exponents take the slow way.
 */
export function parseDecimal(text: string, mark: DecimalMark): Decimal | undefined {
  const length = text.length;
  if (length === 0 || length > 15) return parseSlowly(text, mark);
  const markCode = mark.charCodeAt(0);
  const first = text.charCodeAt(0);
  const negative = first === 45;
  let digits = 0;
  let scale = -1;
  let index = negative || first === 43 ? 1 : 0;
  if (index === length) return undefined;
  for (; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code >= ZERO && code <= NINE) {
      digits = digits * 10 + (code - ZERO);
      if (scale >= 0) scale++;
    } else if (code === markCode && scale < 0) {
      scale = 0;
    } else {
      return parseSlowly(text, mark);
    }
  }
  if (scale === 0) return parseSlowly(text, mark);
  return { digits: negative && digits !== 0 ? -digits : digits, scale: Math.max(scale, 0) };
}

const grammar = {
  '.': /^([+-]?)(\d+|\d{1,3}(?:[,' \u00a0\u202f]\d{3})+)?(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/,
  ',': /^([+-]?)(\d+|\d{1,3}(?:[.' \u00a0\u202f]\d{3})+)?(?:,(\d*))?(?:[eE]([+-]?\d{1,3}))?$/,
} as const;
const currencySign = /^([+-]?)\s*\p{Sc}\s*|\s*\p{Sc}$/u;

function parseSlowly(text: string, mark: DecimalMark): Decimal | undefined {
  const match = grammar[mark].exec(text.replace(currencySign, '$1'));
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const significant = whole.replace(/\D/g, '') + fraction;
  if (significant === '') return undefined;
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(`${significant}${'0'.repeat(Math.max(0, -scale))}`);
  return { digits: narrow(sign === '-' ? -digits : digits), scale: Math.max(0, scale) };
}

function narrow(digits: bigint): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : digits;
}

/** The exact product. */
export function multiply(a: Decimal, b: Decimal): Decimal {
  const scale = a.scale + b.scale;
  if (typeof a.digits === 'number' && typeof b.digits === 'number') {
    const digits = a.digits * b.digits;
    if (Number.isSafeInteger(digits)) return { digits, scale };
  }
  return { digits: narrow(BigInt(a.digits) * BigInt(b.digits)), scale };
}

/** `decimal × 10 ** places` rounded half away from zero: money in minor units. `undefined` beyond safe integers. */
export function toMinor(decimal: Decimal, places: number): number | undefined {
  const shift = decimal.scale - places;
  if (typeof decimal.digits === 'number' && shift >= -6 && shift <= 15) {
    if (shift <= 0) {
      const scaled = decimal.digits * 10 ** -shift;
      return Number.isSafeInteger(scaled) ? scaled + 0 : undefined;
    }
    const unit = 10 ** shift;
    const rest = decimal.digits % unit;
    const whole = (decimal.digits - rest) / unit;
    return (Math.abs(rest) * 2 >= unit ? whole + Math.sign(rest) : whole) + 0;
  }
  return toMinorSlowly(BigInt(decimal.digits), shift);
}

function toMinorSlowly(digits: bigint, shift: number): number | undefined {
  if (shift <= 0) return safe(digits * 10n ** BigInt(-shift));
  const unit = 10n ** BigInt(shift);
  const rest = digits % unit;
  const whole = digits / unit;
  const half = (rest < 0n ? -rest : rest) * 2n >= unit;
  return safe(half ? whole + (rest < 0n ? -1n : 1n) : whole);
}

function safe(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The whole number that a decimal is; `undefined` when it has a fraction or is not safe. */
export function toWhole(decimal: Decimal): number | undefined {
  if (decimal.scale === 0) return typeof decimal.digits === 'number' ? decimal.digits : undefined;
  const unit = 10n ** BigInt(decimal.scale);
  const digits = BigInt(decimal.digits);
  return digits % unit === 0n ? safe(digits / unit) : undefined;
}

/** The nearest double, for comparisons. */
export function approximately(decimal: Decimal): number {
  return Number(decimal.digits) / 10 ** decimal.scale;
}
