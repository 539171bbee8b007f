import fc from 'fast-check';
import { expect, it } from 'vitest';
import { column, madeUpExamples } from '../made-up.testing.ts';
import type { Examples, TreeParameters } from '../model.ts';
import { binned } from './bins.ts';
import { trainDecisionTree } from './decision-tree.ts';
import { trainRandomForest } from './random-forest.ts';

const seed = 1;

/** Shares of the examples that come to each leaf, by number of leaf. */
function sharesOf({ feature, threshold, left, right, roots }: TreeParameters, { features, columns }: Examples) {
  const rows = features.length / columns.length;
  const counts = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    let node = roots[0] ?? 0;
    for (let asked = feature[node] ?? -1; asked >= 0; asked = feature[node] ?? -1) {
      const goesLeft = (features[row * columns.length + asked] ?? 0) <= (threshold[node] ?? 0);
      node = (goesLeft ? left : right)[node] ?? 0;
    }
    counts.set(node, (counts.get(node) ?? 0) + 1 / rows);
  }
  return [...counts.values()];
}

it('a tree of few rows splits half way between them', () => {
  const tree = trainDecisionTree(column([1, 0], [2, 0], [4, 1], [8, 1]), { seed });
  expect(tree).toEqual({
    form: 'trees',
    roots: [0],
    feature: [0, -1, -1],
    threshold: [3, 0, 0],
    left: [1, -1, -1],
    right: [2, -1, -1],
    value: [0.5, 0, 1],
  });
});

it('a tree of columns that never vary is its root', () => {
  const tree = trainDecisionTree(column([5, 0], [5, 1], [5, 1], [5, 1]), { seed });
  expect(tree).toMatchObject({ feature: [-1], value: [0.75] });
});

it('no leaf holds fewer examples than asked for', () => {
  const examples = madeUpExamples(3_000, 8);
  const shares = sharesOf(trainDecisionTree(examples, { seed, leaf: 1 / 20 }), examples);
  expect(shares.length).toBeGreaterThan(4);
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(1 / 20 - 1e-9);
});

it('no leaf is deeper than asked for', () => {
  const { feature } = trainDecisionTree(madeUpExamples(3_000, 8), { seed, depth: 2 });
  expect(feature.length).toBe(7);
});

it('a tree is the same whatever order its examples come in', () => {
  const examples = madeUpExamples(400, 3);
  const tree = trainDecisionTree(examples, { seed });
  const rows = Array.from(examples.labels, (_, row) => row);
  fc.assert(
    fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (order) => {
      const shuffled = {
        ...examples,
        features: Float64Array.from(order.flatMap((row) => [...examples.features.subarray(row * 4, row * 4 + 4)])),
        labels: Uint8Array.from(order, (row) => examples.labels[row] ?? 0),
      };
      expect(trainDecisionTree(shuffled, { seed })).toEqual(tree);
    }),
    { numRuns: 20 },
  );
});

it('a forest has as many trees as asked for, and a split that its few columns do not give is looked for in others', () => {
  const constant = Float64Array.from({ length: 800 * 6 }, (_, at) => (at % 6 === 5 ? Math.floor(at / 6) : 0));
  const labels = Uint8Array.from({ length: 800 }, (_, row) => (row < 300 ? 1 : 0));
  const columns = ['a', 'b', 'c', 'd', 'e', 'f'];
  const { roots, feature } = trainRandomForest({ columns, features: constant, labels }, { seed, trees: 7 });
  expect(roots).toHaveLength(7);
  expect(roots.map((root) => feature[root])).toEqual([5, 5, 5, 5, 5, 5, 5]);
});

it('bins keep the order of values, and values of one bin are neighbours', () => {
  const anyColumn = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 600 });
  fc.assert(
    fc.property(anyColumn, (values) => {
      const { bins, edges } = binned(Float64Array.from(values), 1);
      const cuts = edges[0] ?? new Float64Array();
      expect(cuts.length).toBeLessThan(255);
      for (const [row, value] of values.entries()) {
        const bin = bins[row] ?? 0;
        expect(bin === 0 || value > (cuts[bin - 1] ?? 0)).toBe(true);
        expect(bin === cuts.length || value <= (cuts[bin] ?? 0)).toBe(true);
      }
    }),
  );
});

it('every bin holds its share of rows', () => {
  const { bins, edges } = binned(
    Float64Array.from({ length: 10_000 }, (_, row) => row ** 3),
    1,
  );
  const counts = new Uint32Array((edges[0]?.length ?? 0) + 1);
  for (const bin of bins) counts[bin] = (counts[bin] ?? 0) + 1;
  expect(counts.length).toBe(255);
  expect(Math.max(...counts)).toBeLessThanOrEqual(40);
});

it('a leaf holds 80 rows, or a tenth of them where there are few', () => {
  const many = madeUpExamples(4_000, 2);
  const few = madeUpExamples(200, 2);
  expect(Math.min(...sharesOf(trainDecisionTree(many, { seed }), many)) * 4_000).toBeGreaterThanOrEqual(80 - 1e-6);
  expect(Math.min(...sharesOf(trainDecisionTree(few, { seed }), few)) * 200).toBeGreaterThanOrEqual(20 - 1e-6);
});
