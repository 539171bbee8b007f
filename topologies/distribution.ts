import type { Distribution as ReadonlyDistribution } from '../schemas/generated.ts';

/**
 * How often each value came. Exact while there are no more than 4,096 different ones; beyond that values keep only their
 * leading bits, as many as leave 4,096, so that state is bounded and a quantile is off by 2^-bits of itself at most.
 * Which values are kept depends on what came and not on its order, so parts merge to what one would have been.
 */
export interface Distribution {
  bits: number;
  readonly values: number[];
  readonly counts: number[];
}

const EXACT = 53;
const MOST = 4096;

export function noValues(): Distribution {
  return { bits: EXACT, values: [], counts: [] };
}

/** Hot path: adds a whole number. */
export function addValue(distribution: Distribution, value: number): void {
  insert(distribution, value, 1);
  if (distribution.values.length > MOST) coarsen(distribution);
}

export function mergeDistributions(parts: readonly ReadonlyDistribution[]): Distribution {
  const all = { ...noValues(), bits: Math.min(EXACT, ...parts.map(({ bits }) => bits)) };
  for (const { values, counts } of parts)
    for (const [index, value] of values.entries()) insert(all, value, counts[index] ?? 0);
  if (all.values.length > MOST) coarsen(all);
  return all;
}

function insert({ bits, values, counts }: Distribution, value: number, count: number): void {
  const kept = leading(value, bits);
  const at = placeOf(values, kept);
  if (values[at] === kept) {
    counts[at] = (counts[at] ?? 0) + count;
    return;
  }
  values.splice(at, 0, kept);
  counts.splice(at, 0, count);
}

/** The first place whose value is not below. */
function placeOf(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The middle of all numbers with the same leading bits. */
function leading(value: number, bits: number): number {
  const size = Math.abs(value);
  if (bits === EXACT || size < 2 ** bits) return value;
  let step = 2 ** (Math.floor(Math.log2(size)) + 1 - bits);
  // log2 rounds: next to a power of two it may be one too many.
  if (size < step * 2 ** (bits - 1)) step /= 2;
  const kept = Math.floor(size / step) * step + step / 2;
  return value < 0 ? -kept : kept;
}

/** One bit less at a time, until there is room. */
function coarsen(distribution: Distribution): void {
  const { values, counts } = distribution;
  while (values.length > MOST) {
    distribution.bits--;
    let kept = 0;
    for (let index = 0; index < values.length; index++) {
      const value = leading(values[index] ?? 0, distribution.bits);
      if (kept > 0 && values[kept - 1] === value) {
        counts[kept - 1] = (counts[kept - 1] ?? 0) + (counts[index] ?? 0);
        continue;
      }
      values[kept] = value;
      counts[kept] = counts[index] ?? 0;
      kept++;
    }
    values.length = kept;
    counts.length = kept;
  }
}

/** Between 0 (exact) and 2^-bits: how far a quantile may be off, relative to itself. */
export function relativeError({ bits }: ReadonlyDistribution): number {
  return bits === EXACT ? 0 : 2 ** -bits;
}

/**
 * The value below which the share `p` lies, between two values in proportion: DuckDB's `quantile_cont`, Spark's
 * `percentile`, R's type 7. null of nothing.
 */
export function quantileOf({ values, counts }: ReadonlyDistribution, p: number): number | null {
  const n = counts.reduce((sum, count) => sum + count, 0);
  if (n === 0) return null;
  const rank = (n - 1) * p;
  const below = valueAt(values, counts, Math.floor(rank));
  const above = valueAt(values, counts, Math.ceil(rank));
  return below + (rank - Math.floor(rank)) * (above - below);
}

function valueAt(values: readonly number[], counts: readonly number[], rank: number): number {
  let passed = 0;
  for (let index = 0; index < values.length; index++) {
    passed += counts[index] ?? 0;
    if (passed > rank) return values[index] ?? 0;
  }
  return values.at(-1) ?? 0;
}
