/**
 * Draws from the distributions that the presets need. No draw leaves a trace outside its stream (d3-random and others
 * keep the second normal of a pair for later), and only log, exp and sqrt are used, so that a stream gives the same
 * numbers everywhere.
 */
import { type Random, uniform } from './random.ts';

/** Exponential with this rate; mean 1 / rate. */
export function exponential(random: Random, rate: number): number {
  return -Math.log(uniform(random)) / rate;
}

/** Standard normal, by Marsaglia's polar method. */
export function normal(random: Random): number {
  for (;;) {
    const x = 2 * uniform(random) - 1;
    const y = 2 * uniform(random) - 1;
    const square = x * x + y * y;
    if (square < 1 && square > 0) return x * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

/** Gamma; mean shape / rate. Marsaglia and Tsang (2000), with their boost for a shape under 1. */
export function gamma(random: Random, shape: number, rate: number): number {
  if (shape < 1) return gamma(random, shape + 1, rate) * Math.exp(Math.log(uniform(random)) / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const base = 1 + c * x;
    if (base <= 0) continue;
    const v = base * base * base;
    if (Math.log(uniform(random)) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / rate;
  }
}

/** Beta; mean a / (a + b). */
export function beta(random: Random, a: number, b: number): number {
  const x = gamma(random, a, 1);
  return x / (x + gamma(random, b, 1));
}

/** Symmetric Dirichlet: `size` shares that add up to 1. */
export function dirichlet(random: Random, concentration: number, size: number): readonly number[] {
  const draws = Array.from({ length: size }, () => gamma(random, concentration, 1));
  const sum = draws.reduce((total, draw) => total + draw, 0);
  return draws.map((draw) => draw / sum);
}

/** Failures before the first success; mean (1 − p) / p. */
export function geometric(random: Random, p: number): number {
  return Math.floor(Math.log(uniform(random)) / Math.log1p(-p));
}

/** The index that a uniform draw falls on, by the given weights (they add up to 1; the last takes what rounding leaves). */
export function choose(random: Random, weights: readonly number[]): number {
  let rest = uniform(random);
  for (let index = 0; index < weights.length - 1; index++) {
    rest -= weights[index] ?? 0;
    if (rest < 0) return index;
  }
  return weights.length - 1;
}
