import type { Examples } from '../model.ts';
import { below, type Random } from '../random.ts';

/** Draws one of the rows that are wanted, with replacement, each as often as its weight says. */
export type Draw = () => number;

export function drawer({ labels, weights }: Examples, random: Random, wanted: (label: number) => boolean): Draw {
  const rows = Uint32Array.from(labels.keys()).filter((row) => wanted(labels[row] ?? 0));
  if (weights === undefined) return () => rows[below(random, rows.length)] ?? 0;
  let total = 0;
  const upTo = Float64Array.from(rows, (row) => {
    total += weights[row] ?? 0;
    return total;
  });
  return () => rows[firstAbove(upTo, random() * total)] ?? 0;
}

function firstAbove(rising: Float64Array, value: number): number {
  let low = 0;
  let high = rising.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
