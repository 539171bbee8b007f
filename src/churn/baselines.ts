import { fitBgNbd, type PurchaseHistory, probabilitySilent } from './bg-nbd.ts';
import type { Examples } from './model.ts';

const WEEK = 7;

/** Days since the last purchase: what everybody would look at first. No probability; it puts customers in order. */
export function recencyScores(examples: Examples): Float64Array {
  return columnOf(examples, 'recency');
}

/**
 * Probability of no purchase within the horizon, by BG/NBD fitted to these customers' own histories. It needs no labels,
 * so it may see the snapshot that it is tested on.
 * @param horizon days
 */
export function bgNbdScores(examples: Examples, horizon: number): Float64Array {
  const histories = historiesOf(examples);
  const model = fitBgNbd(histories);
  return Float64Array.from(histories, (history) => probabilitySilent(model, history, horizon / WEEK));
}

function historiesOf(examples: Examples): readonly PurchaseHistory[] {
  const recency = columnOf(examples, 'recency');
  const tenure = columnOf(examples, 'tenure');
  return Array.from(columnOf(examples, 'frequency'), (frequency, row) => ({
    repeats: frequency - 1,
    last: ((tenure[row] ?? 0) - (recency[row] ?? 0)) / WEEK,
    age: (tenure[row] ?? 0) / WEEK,
  }));
}

/** The values of one column. @throws RangeError where there is none of that name */
export function columnOf({ columns, features, labels }: Examples, name: string): Float64Array {
  const column = columns.indexOf(name);
  if (column < 0) throw new RangeError(`the examples have no column ${name}, only ${columns.join(', ')}`);
  return Float64Array.from({ length: labels.length }, (_, row) => features[row * columns.length + column] ?? 0);
}
