import type { ParquetType } from 'hyparquet';

export interface Dictionary {
  /** Each value once. */
  readonly values: readonly unknown[];
  /** For every value of the column its place in `values`. */
  readonly indexes: number[];
}

/** Neighbours often repeat each other (the rows of an order), so some runs of them are looked at. */
const runs = 4;
const runLength = 16;

/** A dictionary for values of which most repeat others; `undefined` when they do not, or have a type without one. */
export function dictionaryOf(type: ParquetType, values: readonly unknown[]): Dictionary | undefined {
  // 0 and -0 would be one in a dictionary of fractions.
  if (type === 'BOOLEAN' || type === 'FLOAT' || type === 'DOUBLE' || !repeats(values)) {
    return undefined;
  }
  const places = new Map<unknown, number>();
  const indexes = new Array<number>(values.length);
  let at = 0;
  for (const value of values) {
    let place = places.get(value);
    if (place === undefined) {
      place = places.size;
      places.set(value, place);
    }
    indexes[at] = place;
    at += 1;
  }
  return places.size * 2 > values.length ? undefined : { values: [...places.keys()], indexes };
}

/** Building a dictionary in vain costs more than all else, so a sample decides. */
function repeats(values: readonly unknown[]): boolean {
  const seen = new Set<unknown>();
  const step = Math.max(runLength, Math.floor(values.length / runs));
  let looked = 0;
  for (let start = 0; start < values.length; start += step) {
    const end = Math.min(start + runLength, values.length);
    for (let index = start; index < end; index += 1) {
      seen.add(values[index]);
      looked += 1;
    }
  }
  return seen.size * 2 <= looked && looked > 0;
}
