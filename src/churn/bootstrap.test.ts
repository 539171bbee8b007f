import { describe, expect, it } from 'vitest';
import { intervalsByCustomer, quantile } from './bootstrap.ts';
import { aucOf, brierOf, weightedMean } from './metrics.ts';
import { seededRandom } from './random.ts';
import { calibrationError, calibrationErrorFloor } from './reliability.ts';

/** Scores that are right: y ~ Bernoulli(p). */
function rightScores(rows: number, seed: number) {
  const random = seededRandom(seed);
  const scores = Float64Array.from({ length: rows }, () => random() ** 2);
  return { scores, labels: Uint8Array.from(scores, (score) => (random() < score ? 1 : 0)) };
}

describe('A bootstrap by customer', () => {
  it('of a mean has the standard error that theory gives', () => {
    const scored = rightScores(2_000, 1);
    const values = brierOf(scored);
    const mean = weightedMean(values);
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const customers = Array.from(values.keys(), String);
    const [interval] = intervalsByCustomer(customers, [(weights) => weightedMean(values, weights)], {
      seed: 7,
      samples: 4_000,
    });
    const expected = deviation / Math.sqrt(values.length);
    expect((interval?.standardError ?? 0) / expected).toBeCloseTo(1, 1);
    expect(interval?.low).toBeLessThan(mean);
    expect(interval?.high).toBeGreaterThan(mean);
  });

  it('does not become surer when every customer is there four times', () => {
    const { scores, labels } = rightScores(400, 2);
    const fourfold = {
      scores: Float64Array.from({ length: 1_600 }, (_, row) => scores[row % 400] ?? 0),
      labels: new Uint8Array(1_600),
    };
    fourfold.labels.forEach((_, row) => {
      fourfold.labels[row] = labels[row % 400] ?? 0;
    });
    const once = Array.from({ length: 400 }, (_, row) => `c${row}`);
    const four = Array.from({ length: 1_600 }, (_, row) => `c${row % 400}`);
    const [one] = intervalsByCustomer(once, [aucOf({ scores, labels })], { seed: 3 });
    const [many] = intervalsByCustomer(four, [aucOf(fourfold)], { seed: 3 });
    expect(many?.standardError).toBeCloseTo(one?.standardError ?? 0, 10);
  });

  it('is the same for the same seed, and pairs metrics on the same samples', () => {
    const scored = rightScores(300, 4);
    const customers = Array.from(scored.scores.keys(), String);
    const metric = aucOf(scored);
    const [one, other] = intervalsByCustomer(customers, [metric, metric], { seed: 5, samples: 50 });
    const [again] = intervalsByCustomer(customers, [metric], { seed: 5, samples: 50 });
    const [differently] = intervalsByCustomer(customers, [metric], { seed: 6, samples: 50 });
    expect(other).toEqual(one);
    expect(again).toEqual(one);
    expect(differently).not.toEqual(one);
  });

  it('has quantiles between the order statistics', () => {
    expect(quantile(Float64Array.of(1, 2, 4), 0.25)).toBe(1.5);
    expect(quantile(Float64Array.of(1, 2, 4), 1)).toBe(4);
  });
});

describe('The floor of the calibration error', () => {
  it('is what a perfect model has on average', () => {
    const trials = Array.from({ length: 200 }, (_, seed) => rightScores(1_500, seed));
    const mean = (of: (scored: (typeof trials)[number]) => number) =>
      trials.reduce((sum, scored) => sum + of(scored), 0) / trials.length;
    expect(mean(calibrationError) / mean(calibrationErrorFloor)).toBeCloseTo(1, 1);
  });
});
