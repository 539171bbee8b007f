import type { Moments as ReadonlyMoments } from '../schemas/generated.ts';
import { addProduct, addSum, type ExactSum, nothing, toBigInt } from './exact-sum.ts';

/** What mean, standard deviation and correlation of two measures are made of. All whole numbers, so merging is adding and nothing cancels. */
export interface Moments {
  /** Records that have both. */
  n: number;
  x: number;
  y: number;
  readonly xx: ExactSum;
  readonly yy: ExactSum;
  readonly xy: ExactSum;
}

export function noMoments(): Moments {
  return { n: 0, x: 0, y: 0, xx: nothing(), yy: nothing(), xy: nothing() };
}

/** Hot path: adds a record whose measures are x and y, both whole. */
export function addMoments(moments: Moments, x: number, y: number): void {
  moments.n++;
  moments.x += x;
  moments.y += y;
  addProduct(moments.xx, x, x);
  addProduct(moments.yy, y, y);
  addProduct(moments.xy, x, y);
}

export function mergeMoments(parts: readonly ReadonlyMoments[]): Moments {
  const all = noMoments();
  for (const part of parts) {
    all.n += part.n;
    all.x += part.x;
    all.y += part.y;
    addSum(all.xx, part.xx);
    addSum(all.yy, part.yy);
    addSum(all.xy, part.xy);
  }
  return all;
}

/** n Σxy − Σx Σy, exact: n² times the covariance as of a population. */
function spread(n: number, x: number, y: number, xy: ReadonlyMoments['xy']): number {
  return Number(BigInt(n) * toBigInt(xy) - BigInt(x) * BigInt(y));
}

export function meanOf({ n, x }: ReadonlyMoments): number | null {
  return n === 0 ? null : x / n;
}

/** Of x, as of a sample (divided by n − 1): what SQL's and Spark's `stddev` give. null for fewer than two. */
export function deviationOf({ n, x, xx }: ReadonlyMoments): number | null {
  return n < 2 ? null : Math.sqrt(spread(n, x, x, xx) / n / (n - 1));
}

/** Pearson's. null where one of the two does not vary. */
export function correlationOf({ n, x, y, xx, yy, xy }: ReadonlyMoments): number | null {
  const scale = Math.sqrt(spread(n, x, x, xx)) * Math.sqrt(spread(n, y, y, yy));
  return scale === 0 ? null : spread(n, x, y, xy) / scale;
}

/** The same records with the two measures the other way round. */
export function swapped({ n, x, y, xx, yy, xy }: ReadonlyMoments): ReadonlyMoments {
  return { n, x: y, y: x, xx: yy, yy: xx, xy };
}
