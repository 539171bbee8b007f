import { describe, expect, it } from 'vitest';
import { madeUpExamples, repeated } from '../made-up.testing.ts';
import type { Examples, ModelKind } from '../model.ts';
import { seededRandom } from '../random.ts';
import { scoreRows, scorerOf } from '../scorer.ts';
import { trainFast } from './fast.ts';

const kinds: readonly ModelKind[] = ['logistic_regression', 'linear_svc', 'decision_tree', 'random_forest'];
const examples = madeUpExamples(1_200, 1);

function withWeights({ labels, ...rest }: Examples): Examples {
  const random = seededRandom(5);
  return { ...rest, labels, weights: Float64Array.from(labels, () => 1 + Math.floor(random() * 3)) };
}

function rawOf(kind: ModelKind, learned: Examples, seen = learned): Float64Array {
  const model = trainFast(kind, learned, { seed: 1 });
  return scoreRows(scorerOf(model).raw, seen.features, seen.columns.length);
}

describe.each(kinds)('%s of the fast engine', (kind) => {
  it('is the same for the same examples and seed', () => {
    expect(trainFast(kind, examples, { seed: 3 })).toEqual(trainFast(kind, examples, { seed: 3 }));
  });

  it('says what it is made of', () => {
    const { columns } = examples;
    expect(trainFast(kind, examples, { seed: 3 })).toMatchObject({
      kind,
      engine: 'fast',
      columns,
      seed: 3,
      rows: 1_200,
    });
  });

  it('refuses a NaN', () => {
    const features = examples.features.with(9, Number.NaN);
    expect(() => trainFast(kind, { ...examples, features }, { seed: 1 })).toThrow('trend_90 of example 2 is NaN');
  });

  it('refuses examples of one class', () => {
    const labels = new Uint8Array(1_200);
    expect(() => trainFast(kind, { ...examples, labels }, { seed: 1 })).toThrow('all 1200 examples stayed');
  });

  it('ends with the reason of a signal that aborts under way', () => {
    const stop = new AbortController();
    const done: number[] = [];
    const onProgress = (progress: { readonly done: number }) => {
      done.push(progress.done);
      stop.abort(new Error('enough'));
    };
    expect(() => trainFast(kind, examples, { seed: 1, onProgress, signal: stop.signal })).toThrow('enough');
    expect(done).toEqual([1]);
  });

  it('separates what can be separated, with finite numbers', () => {
    const { labels } = examples;
    const recency = (row: number) => (labels[row] === 1 ? 90 : 60) + (row % 10);
    const features = examples.features.map((value, at) => (at % 4 === 0 ? recency(Math.floor(at / 4)) : value));
    const scores = rawOf(kind, { ...examples, features });
    const stayed = scores.filter((_, row) => labels[row] === 0);
    const churned = scores.filter((_, row) => labels[row] === 1);
    expect(Math.max(...stayed)).toBeLessThan(Math.min(...churned));
    expect(Number.isFinite(Math.max(...churned))).toBe(true);
  });
});

describe.each(['logistic_regression', 'linear_svc', 'decision_tree'] as const)('%s', (kind) => {
  it('takes a row of weight 3 for three rows', () => {
    const weighted = withWeights(examples);
    const ofWeights = rawOf(kind, weighted, examples);
    const ofRepeats = rawOf(kind, repeated(weighted), examples);
    for (const [row, score] of ofWeights.entries()) expect(score).toBeCloseTo(ofRepeats[row] ?? 0, 9);
  });
});

describe('random_forest', () => {
  it('takes weights for repeated rows but for what the bootstrap draws', () => {
    const weighted = withWeights(examples);
    const ofWeights = rawOf('random_forest', weighted, examples);
    const ofRepeats = rawOf('random_forest', repeated(weighted), examples);
    const gaps = ofWeights.map((score, row) => Math.abs(score - (ofRepeats[row] ?? 0)));
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeLessThan(0.06);
  });

  it('is another one for another seed', () => {
    const [one, other] = [1, 2].map((seed) => trainFast('random_forest', examples, { seed }).parameters);
    expect(one).not.toEqual(other);
  });
});
