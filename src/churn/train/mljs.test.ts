import { beforeAll, describe, expect, it } from 'vitest';
import { columnOf } from '../baselines.ts';
import { cdnowExamples, cdnowHistories, cdnowMissing, cdnowSplit } from '../cdnow.testing.ts';
import { rowsWhere } from '../evaluation.ts';
import { madeUpExamples } from '../made-up.testing.ts';
import { auc } from '../metrics.ts';
import type { Fitted, ModelKind, Parameters, TreeParameters } from '../model.ts';
import { seededRandom } from '../random.ts';
import { scoreRows, scorerOf } from '../scorer.ts';
import { drawer } from './draw.ts';
import { trainFast } from './fast.ts';
import { trainMljs } from './mljs.ts';
import { trainMljsSvc } from './mljs-svc.ts';
import { trainMljsForest, trainMljsTree } from './mljs-trees.ts';

const kinds: readonly ModelKind[] = ['logistic_regression', 'linear_svc', 'decision_tree', 'random_forest'];
const examples = madeUpExamples(300, 1);

function rawScores(parameters: Parameters, kind: ModelKind, of: Pick<Fitted, 'columns'> & { features: Float64Array }) {
  const model: Fitted = {
    kind,
    engine: 'mljs',
    columns: of.columns,
    parameters,
    calibration: { kind: 'none' },
    seed: 1,
    rows: 0,
  };
  return scoreRows(scorerOf(model).raw, of.features, of.columns.length);
}

describe.skipIf(cdnowMissing)('The mljs engine with small samples of CDNOW', () => {
  const histories = cdnowHistories();
  const train = cdnowExamples(histories, cdnowSplit.train);
  const test = cdnowExamples(histories, cdnowSplit.test);
  const recency = columnOf(test, 'recency');
  const options = { seed: 1 };
  const scores = new Map<ModelKind, Float64Array>();

  beforeAll(() => {
    scores.set('linear_svc', rawScores(trainMljsSvc(train, { ...options, fits: 16, rows: 400 }), 'linear_svc', test));
    scores.set('decision_tree', rawScores(trainMljsTree(train, { ...options, rows: 4_000 }), 'decision_tree', test));
    const forest = trainMljsForest(train, { ...options, trees: 25, rows: 500 });
    scores.set('random_forest', rawScores(forest, 'random_forest', test));
  });

  it.each([
    ['linear_svc', 0.834, 0.712],
    ['random_forest', 0.83, 0.7],
    ['decision_tree', 0.815, 0.66],
  ] as const)('%s ranks with an AUC of %d, and %d among the active', (kind, all, active) => {
    const scored = { scores: scores.get(kind) ?? new Float64Array(), labels: test.labels };
    expect(auc(scored)).toBeGreaterThanOrEqual(all);
    expect(auc(rowsWhere(scored, (row) => (recency[row] ?? 0) < 180))).toBeGreaterThanOrEqual(active);
  });

  it.each(['linear_svc', 'decision_tree'] as const)('%s is about as good as the fast one', (kind) => {
    const fast = scoreRows(scorerOf(trainFast(kind, train, options)).raw, test.features, test.columns.length);
    const mljs = scores.get(kind) ?? new Float64Array();
    const difference = auc({ scores: mljs, labels: test.labels }) - auc({ scores: fast, labels: test.labels });
    expect(Math.abs(difference)).toBeLessThan(0.01);
  });
});

describe('The mljs engine', () => {
  it.each(kinds)('fits the same %s for the same seed, a finite one though a column never varies', (kind) => {
    const model = trainMljs(kind, examples, { seed: 3 });
    expect(trainMljs(kind, examples, { seed: 3 })).toEqual(model);
    const scores = rawScores(model.parameters, kind, examples);
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(auc({ scores, labels: examples.labels })).toBeGreaterThan(0.8);
  });

  it.each(['linear_svc', 'random_forest', 'decision_tree'] as const)('learns a %s from a few rows', (kind) => {
    const few = madeUpExamples(30, 4);
    const scores = rawScores(trainMljs(kind, few, { seed: 1 }).parameters, kind, few);
    expect(auc({ scores, labels: few.labels })).toBeGreaterThan(0.7);
  });

  it('tells after every tree how far it is', () => {
    const told: number[] = [];
    trainMljsForest(examples, { seed: 1, trees: 3, rows: 100, onProgress: ({ done }) => told.push(done) });
    expect(told).toEqual([1, 2, 3]);
  });

  it('ends at the tree during which it is cancelled', () => {
    const controller = new AbortController();
    const told: number[] = [];
    const onProgress = ({ done }: { readonly done: number }) => {
      told.push(done);
      if (done === 2) controller.abort(new Error('no longer wanted'));
    };
    const train = () => trainMljsForest(examples, { seed: 1, rows: 100, onProgress, signal: controller.signal });
    expect(train).toThrow('no longer wanted');
    expect(told).toEqual([1, 2]);
  });

  it('says that linear SVCs which all run away are none', () => {
    const random = { ...examples, labels: examples.labels.map((_, row) => row % 2) };
    expect(() => trainMljsSvc(random, { seed: 1, fits: 1, rows: 300, cost: 1e6 })).toThrow(
      expect.objectContaining({ name: 'TrainingError', code: 'NOT_CONVERGED' }),
    );
  });

  it('refuses examples of one class', () => {
    const all = { ...examples, labels: examples.labels.map(() => 1) };
    for (const kind of kinds) expect(() => trainMljs(kind, all, { seed: 1 })).toThrow('a model needs both');
  });
});

describe('A tree of mljs', () => {
  const weighted = { ...examples, weights: Float64Array.from(examples.labels, (_, row) => 1 + (row % 3)) };
  const forest = trainMljsForest(weighted, { seed: 2, trees: 4, rows: 300, leaf: 1 / 50 });

  it('has at each node the share of churned among all examples that come there, by weight', () => {
    for (const [node, { weight, churned }] of arrivals(forest, weighted).entries())
      expect(forest.value[node]).toBeCloseTo(churned / weight, 12);
  });

  it('has no node with fewer of them than a leaf must have', () => {
    const total = weighted.weights.reduce((sum, weight) => sum + weight, 0);
    const weights = arrivals(forest, weighted).map(({ weight }) => weight);
    expect(weights.length).toBeGreaterThan(4);
    expect(Math.min(...weights)).toBeGreaterThanOrEqual(total / 50);
  });

  it('does not put all trees to the same use', () => {
    const roots = forest.roots.map((root) => `${forest.feature[root]} ${forest.threshold[root]}`);
    expect(new Set(roots).size).toBeGreaterThan(1);
  });
});

describe('A draw', () => {
  it('takes wanted rows only, each as often as its weight says', () => {
    const rows = { columns: ['recency'], features: new Float64Array(4), labels: Uint8Array.of(1, 0, 1, 1) };
    const draw = drawer({ ...rows, weights: Float64Array.of(1, 5, 2, 1) }, seededRandom(1), (label) => label === 1);
    const times = [0, 0, 0, 0];
    for (let drawn = 0; drawn < 8_000; drawn++) {
      const row = draw();
      times[row] = (times[row] ?? 0) + 1;
    }
    expect(times[1]).toBe(0);
    expect((times[0] ?? 0) / 2_000).toBeCloseTo(1, 1);
    expect((times[2] ?? 0) / 4_000).toBeCloseTo(1, 1);
  });
});

/** How much weight comes to each node, walked by the model's own rule. */
function arrivals(trees: TreeParameters, { columns, features, labels, weights }: typeof examples) {
  const found = trees.value.map(() => ({ weight: 0, churned: 0 }));
  for (const root of trees.roots) {
    for (const [row, label] of labels.entries()) {
      for (let node = root; node >= 0; ) {
        const own = weights?.[row] ?? 1;
        const { weight = 0, churned = 0 } = found[node] ?? {};
        found[node] = { weight: weight + own, churned: churned + own * label };
        const column = trees.feature[node] ?? -1;
        const value = features[row * columns.length + column] ?? 0;
        node = column < 0 ? -1 : ((value <= (trees.threshold[node] ?? 0) ? trees.left : trees.right)[node] ?? -1);
      }
    }
  }
  return found;
}
