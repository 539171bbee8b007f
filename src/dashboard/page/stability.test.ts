import { describe, expect, it } from 'vitest';
import { stabilityIndex } from './stability.ts';

describe('the population stability index', () => {
  it('is nothing for the same distribution, however many there are', () => {
    expect(stabilityIndex([10, 20, 30], [1, 2, 3])).toBeCloseTo(0, 12);
  });

  it('is the sum over bins of the difference of shares times that of their logarithms', () => {
    const expected = (0.5 - 0.2) * Math.log(0.5 / 0.2) + (0.5 - 0.8) * Math.log(0.5 / 0.8);
    expect(stabilityIndex([5, 5], [2, 8])).toBeCloseTo(expected, 12);
  });

  it('is finite where a bin is empty', () => {
    expect(stabilityIndex([0, 10], [10, 0])).toBeGreaterThan(1);
    expect(Number.isFinite(stabilityIndex([0, 0], [1, 1]))).toBe(true);
  });
});
