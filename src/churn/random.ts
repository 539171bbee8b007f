/** A number in [0, 1). */
export type Random = () => number;

/** mulberry32: what trainers, samples and bootstraps draw from, so that they can be repeated from their seed. @param seed an integer */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An integer from 0 to `size` − 1. */
export function below(random: Random, size: number): number {
  return Math.floor(random() * size);
}
