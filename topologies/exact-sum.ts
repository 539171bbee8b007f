import type { ExactSum as ReadonlySum } from '../schemas/generated.ts';

/**
 * A sum of products of whole numbers, exact however many there are: `high * 2^52 + low`, 0 <= low < 2^52. Squares of money
 * soon leave the 53 bits of a number, and sums of rounded ones differ by the order in which they came.
 */
export type ExactSum = { -readonly [field in keyof ReadonlySum]: number };

const BITS = 52n;
const LIMIT = 2 ** 52;

export function nothing(): ExactSum {
  return { high: 0, low: 0 };
}

/** Adds x * y, both whole and within 2^53. Hot path: allocates only where the product leaves 52 bits. */
export function addProduct(sum: ExactSum, x: number, y: number): void {
  const product = x * y;
  if (Math.abs(product) < LIMIT) {
    addPart(sum, 0, product);
    return;
  }
  const exact = BigInt(x) * BigInt(y);
  addPart(sum, Number(exact >> BITS), Number(BigInt.asUintN(52, exact)));
}

export function addSum(sum: ExactSum, other: ReadonlySum): void {
  addPart(sum, other.high, other.low);
}

/** |low| < 2^52. */
function addPart(sum: ExactSum, high: number, low: number): void {
  sum.high += high;
  sum.low += low;
  if (sum.low >= LIMIT) {
    sum.low -= LIMIT;
    sum.high++;
  } else if (sum.low < 0) {
    sum.low += LIMIT;
    sum.high--;
  }
}

export function toBigInt({ high, low }: ReadonlySum): bigint {
  return (BigInt(high) << BITS) + BigInt(low);
}
