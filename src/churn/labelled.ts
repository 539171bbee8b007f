import { FEATURES, featureNames } from './features.ts';
import type { Examples } from './model.ts';

/** Examples of customers who are known. */
export interface Labelled extends Examples {
  /** Of each row. */
  readonly customers: readonly string[];
}

/** One customer on one day, as it is gathered. Kept as arrays of rows, not of objects: there may be millions. */
export interface LabelledRows {
  readonly customers: readonly string[];
  /** Row by row, `FEATURES` each, in the order of `featureNames`. */
  readonly features: Float64Array;
  readonly labels: Uint8Array;
}

/**
 * Rows of customers at the ends of days, and of customers when they bought, where there are any: both have the same weight in
 * all, so that scores fit both, however many there are of each.
 */
export function together(grid: readonly LabelledRows[], purchases: readonly LabelledRows[]): Labelled {
  const parts = [...grid, ...purchases];
  const rows = rowsOf(parts);
  const onGrid = rowsOf(grid);
  const bought = rows - onGrid;
  const features = shared(rows * FEATURES);
  const labels = new Uint8Array(new SharedArrayBuffer(rows));
  const customers: string[] = [];
  for (const part of parts) {
    features.set(part.features, customers.length * FEATURES);
    labels.set(part.labels, customers.length);
    for (const customer of part.customers) customers.push(customer);
  }
  const examples = { columns: featureNames, features, labels, customers };
  if (onGrid === 0 || bought === 0) return examples;
  const weights = shared(rows);
  weights.fill(rows / (2 * onGrid), 0, onGrid).fill(rows / (2 * bought), onGrid);
  return { ...examples, weights };
}

/**
 * Rows of a share of the customers, chosen by their names: the same ones on every day, and whoever else there is.
 * @param share in (0, 1]; 1: all of them
 */
export function ofSome({ customers, features, labels }: LabelledRows, share: number): LabelledRows {
  if (share >= 1) return { customers, features, labels };
  const kept = Uint32Array.from(labels.keys()).filter((row) => isOfShare(customers[row] ?? '', share));
  const some = new Float64Array(kept.length * FEATURES);
  for (const [row, from] of kept.entries())
    some.set(features.subarray(from * FEATURES, (from + 1) * FEATURES), row * FEATURES);
  return {
    customers: Array.from(kept, (row) => customers[row] ?? ''),
    features: some,
    labels: Uint8Array.from(kept, (row) => labels[row] ?? 0),
  };
}

/** Whether a customer is of those that a share in (0, 1] is made of: who is of a share is of every greater one. */
export function isOfShare(customer: string, share: number): boolean {
  return share >= 1 || placeOf(customer) < share;
}

/** In [0, 1): FNV-1a of the name, mixed. */
function placeOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}

function rowsOf(parts: readonly LabelledRows[]): number {
  return parts.reduce((sum, { labels }) => sum + labels.length, 0);
}

/** Memory that threads share: the examples are there once, however many models are trained. */
function shared(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
