import { describe, expect, test } from 'vitest';
import { beta, choose, dirichlet, exponential, gamma, geometric, normal } from './distributions.ts';
import { type Random, randomAt } from './random.ts';

const DRAWS = 100_000;

interface Case {
  readonly name: string;
  readonly draw: (random: Random) => number;
  readonly mean: number;
  readonly variance: number;
  /** E[(x − mean)⁴] / variance². */
  readonly kurtosis: number;
}

const betaOf = (a: number, b: number) => {
  const sum = a + b;
  const excess = (6 * ((a - b) ** 2 * (sum + 1) - a * b * (sum + 2))) / (a * b * (sum + 2) * (sum + 3));
  return { mean: a / sum, variance: (a * b) / (sum * sum * (sum + 1)), kurtosis: 3 + excess };
};
const gammaOf = (shape: number, rate: number) => ({
  mean: shape / rate,
  variance: shape / rate ** 2,
  kurtosis: 3 + 6 / shape,
});

const cases: readonly Case[] = [
  { name: 'normal', draw: normal, mean: 0, variance: 1, kurtosis: 3 },
  { name: 'exponential, rate 3', draw: (r) => exponential(r, 3), ...gammaOf(1, 3) },
  { name: 'gamma .55, rate 2.6', draw: (r) => gamma(r, 0.55, 2.6), ...gammaOf(0.55, 2.6) },
  { name: 'gamma 6.25, rate .2', draw: (r) => gamma(r, 6.25, 0.2), ...gammaOf(6.25, 0.2) },
  { name: 'beta .7, 4', draw: (r) => beta(r, 0.7, 4), ...betaOf(0.7, 4) },
  { name: 'beta 1, 9', draw: (r) => beta(r, 1, 9), ...betaOf(1, 9) },
  { name: 'a Dirichlet share of six, .5', draw: (r) => dirichlet(r, 0.5, 6)[2] ?? Number.NaN, ...betaOf(0.5, 2.5) },
  { name: 'geometric 1/3', draw: (r) => geometric(r, 1 / 3), mean: 2, variance: 6, kurtosis: 3 + 6 + 1 / 6 },
];

describe('mean and variance are the theory’s, within four standard errors', () => {
  test.each(cases)('$name', ({ draw, mean, variance, kurtosis }) => {
    const random = randomAt(11);
    let sum = 0;
    let squares = 0;
    for (let index = 0; index < DRAWS; index++) {
      const x = draw(random) - mean;
      sum += x;
      squares += x * x;
    }
    expect(Math.abs(sum / DRAWS)).toBeLessThan(4 * Math.sqrt(variance / DRAWS));
    expect(Math.abs(squares / DRAWS - variance)).toBeLessThan(4 * variance * Math.sqrt((kurtosis - 1) / DRAWS));
  });
});

test('Dirichlet shares add up to 1', () => {
  const shares = dirichlet(randomAt(5), 0.5, 6);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});

test('an index is chosen as often as its weight says', () => {
  const random = randomAt(2);
  const counts = [0, 0, 0];
  for (let index = 0; index < DRAWS; index++) {
    const chosen = choose(random, [0.2, 0.5, 0.3]);
    counts[chosen] = (counts[chosen] ?? 0) + 1;
  }
  expect(counts[0]).toBeCloseTo(20_000, -3);
  expect(counts[1]).toBeCloseTo(50_000, -3);
  expect(counts[2]).toBeCloseTo(30_000, -3);
});

test('no draw leaves a trace outside its stream', () => {
  const first = randomAt(1);
  const other = randomAt(2);
  const apart = Array.from({ length: 10 }, () => normal(randomAt(1)));
  normal(first);
  normal(other);
  expect(normal(randomAt(1))).toBe(apart[0]);
});
