import type { WeightedMetric } from './metrics.ts';
import { below, seededRandom } from './random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** How many samples are drawn; 1,000 where absent. */
  readonly samples?: number;
  /** How sure the interval is, in (0, 1); .95 where absent. */
  readonly level?: number;
}

/**
 * How far metrics would move with other customers: percentile intervals of `samplesByCustomer`. Samples in which a metric is not
 * defined are left out of its interval; NaN where none is left. @returns of each metric, in order
 */
export function intervalsByCustomer(
  customers: readonly string[],
  metrics: readonly WeightedMetric[],
  { level = 0.95, ...options }: BootstrapOptions,
): readonly Interval[] {
  return samplesByCustomer(customers, metrics, options).map((found) => intervalOf(found, level));
}

/**
 * Values of metrics with customers drawn with replacement (Efron, Tibshirani 1993, §13.3; Davison, Hinkley 1997, §3.8). A
 * customer is drawn with all of their rows: rows of several snapshots are the same people again, so that drawing rows gives errors
 * that are too small. All metrics see the same samples, so a difference of two metrics is a paired comparison.
 * @param customers of each row, any text that names them
 * @returns of each metric, in order, one value for each sample
 */
export function samplesByCustomer(
  customers: readonly string[],
  metrics: readonly WeightedMetric[],
  { seed, samples = 1_000 }: Omit<BootstrapOptions, 'level'>,
): readonly Float64Array[] {
  const { of, count } = numbered(customers);
  const random = seededRandom(seed);
  const drawn = new Uint32Array(count);
  const weights = new Float64Array(customers.length);
  const values = metrics.map(() => new Float64Array(samples));
  for (let sample = 0; sample < samples; sample++) {
    drawn.fill(0);
    for (let draw = 0; draw < count; draw++) {
      const customer = below(random, count);
      drawn[customer] = (drawn[customer] ?? 0) + 1;
    }
    for (let row = 0; row < weights.length; row++) weights[row] = drawn[of[row] ?? 0] ?? 0;
    for (const [index, found] of values.entries()) found[sample] = metrics[index]?.(weights) ?? Number.NaN;
  }
  return values;
}

function numbered(customers: readonly string[]): { readonly of: Uint32Array; readonly count: number } {
  const numbers = new Map<string, number>();
  const of = Uint32Array.from(customers, (customer) => {
    const number = numbers.get(customer) ?? numbers.size;
    numbers.set(customer, number);
    return number;
  });
  return { of, count: numbers.size };
}

function intervalOf(values: Float64Array, level: number): Interval {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sorted.length - 1);
  return {
    low: quantile(sorted, (1 - level) / 2),
    high: quantile(sorted, (1 + level) / 2),
    standardError: Math.sqrt(variance),
  };
}

/** Linear between order statistics (type 7 of Hyndman, Fan 1996). @param sorted rising */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const lower = sorted[Math.floor(at)] ?? Number.NaN;
  const upper = sorted[Math.ceil(at)] ?? Number.NaN;
  return lower + (upper - lower) * (at - Math.floor(at));
}
