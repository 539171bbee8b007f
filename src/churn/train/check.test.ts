import { describe, expect, it } from 'vitest';
import type { Examples } from '../model.ts';
import { checkExamples } from './check.ts';

const good: Examples = {
  columns: ['recency', 'frequency'],
  features: Float64Array.of(1, 2, 3, 4, 5, 6),
  labels: Uint8Array.of(0, 1, 1),
  weights: Float64Array.of(1, 0.5, 2),
};

describe('what a model is to be fitted to', () => {
  it('may have weights or none', () => {
    const { weights, ...plain } = good;
    expect(weights).toHaveLength(3);
    expect(() => checkExamples(good)).not.toThrow();
    expect(() => checkExamples(plain)).not.toThrow();
  });

  it.each([
    [
      'no examples',
      { features: new Float64Array(), labels: new Uint8Array(), weights: new Float64Array() },
      'NO_EXAMPLES',
    ],
    ['one class', { labels: Uint8Array.of(1, 1, 1) }, 'ONE_CLASS'],
    ['a label of 2', { labels: Uint8Array.of(0, 1, 2) }, 'BAD_EXAMPLES'],
    ['a weight of 0', { weights: Float64Array.of(1, 0, 1) }, 'BAD_EXAMPLES'],
    ['too few weights', { weights: Float64Array.of(1, 1) }, 'BAD_EXAMPLES'],
    ['too few features', { features: Float64Array.of(1, 2, 3) }, 'BAD_EXAMPLES'],
  ] as const)('is refused with %s', (_, part, code) => {
    expect(() => checkExamples({ ...good, ...part })).toThrow(expect.objectContaining({ name: 'TrainingError', code }));
  });

  it('is refused with a NaN, which is named by column and row', () => {
    const features = Float64Array.of(1, 2, 3, Number.NaN, 5, 6);
    expect(() => checkExamples({ ...good, features })).toThrow('frequency of example 1 is NaN, not a finite number');
  });
});
