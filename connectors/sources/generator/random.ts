/**
 * The generator's randomness: xoshiro128** (Blackman, Vigna 2018), its 128 bits of state filled from a path of integers.
 * Every customer and every visit has a stream of its own, so that no draw depends on the order in which they are made.
 */

/** State of one stream. Four int32, never all zero; drawing changes them. */
export interface Random {
  a: number;
  b: number;
  c: number;
  d: number;
}

/** The stream at `path` under `seed`. @param seed a safe integer, 0 or more */
export function randomAt(seed: number, ...path: readonly number[]): Random {
  const random = { a: 0, b: 0, c: 0, d: 1 };
  restart(random, seed, path[0] ?? 0, path[1] ?? 0, path[2] ?? 0);
  return random;
}

/** Hot path: makes `random` the stream at a path of exactly three integers, without allocating. */
export function restart(random: Random, seed: number, first: number, second: number, third: number): void {
  const low = seed | 0;
  const high = Math.floor(seed / 0x1_0000_0000) | 0;
  random.a = hash(0x9e3779b9, low, high, first, second, third);
  random.b = hash(0x243f6a88, low, high, first, second, third);
  random.c = hash(0xb7e15162, low, high, first, second, third);
  random.d = hash(0x6a09e667, low, high, first, second, third) | 1; // all zero would stay zero
}

/** A number in (0, 1), never an end, in steps of 2^-32. */
export function uniform(random: Random): number {
  const { a, b, c, d } = random;
  const five = Math.imul(b, 5);
  const result = Math.imul((five << 7) | (five >>> 25), 9);
  const mixed = c ^ a;
  const last = d ^ b;
  random.b = b ^ mixed;
  random.a = a ^ last;
  random.c = mixed ^ (b << 9);
  random.d = (last << 11) | (last >>> 21);
  return ((result >>> 0) + 0.5) / 0x1_0000_0000;
}

/** An integer from 0 to `size` − 1. */
export function below(random: Random, size: number): number {
  return Math.floor(uniform(random) * size);
}

function hash(salt: number, v: number, w: number, x: number, y: number, z: number): number {
  return mix(mix(mix(mix(mix(salt, v), w), x), y), z);
}

/** MurmurHash3's finaliser over a running value. */
function mix(h: number, word: number): number {
  let k = Math.imul(h ^ word, 0x9e3779b1) + 0x7f4a7c15;
  k = Math.imul(k ^ (k >>> 16), 0x85ebca6b);
  k = Math.imul(k ^ (k >>> 13), 0xc2b2ae35);
  return k ^ (k >>> 16);
}
