import { type CartOptions, DecisionTreeClassifier } from 'ml-cart';
import { RandomForestClassifier } from 'ml-random-forest';
import type { Examples, TreeParameters } from '../model.ts';
import { below, seededRandom } from '../random.ts';
import { binned } from './bins.ts';
import { addCartTree, type CartTree } from './cart-nodes.ts';
import { type CartSample, cartSample } from './cart-sample.ts';
import { checkExamples } from './check.ts';
import { emptyNodes, leastWeight, wholeSample } from './decision-tree.ts';
import { drawer } from './draw.ts';
import { advance, type TrainOptions } from './trainer.ts';

/** Of a column; a try of ml-cart is a pass over all rows. */
const BINS = 64;

export interface MljsTreeOptions extends TrainOptions {
  /** How many examples a tree's splits are looked for in. */
  readonly rows?: number;
  /** Most splits on the way to a leaf. */
  readonly depth?: number;
  /** Least share of the examples, by weight, in a leaf. */
  readonly leaf?: number;
}

export interface MljsForestOptions extends MljsTreeOptions {
  /** Default 100. */
  readonly trees?: number;
  /** Columns that a tree is shown. Default: one and a half times the square root of how many there are. */
  readonly columns?: number;
}

/**
 * One tree by ml-cart, by default of 8,000 rows, 6 splits deep, with leaves of a thousandth of all examples. ml-cart is one call of some
 * seconds, so progress is told once. @throws {TrainingError}
 */
export function trainMljsTree(examples: Examples, options: MljsTreeOptions): TreeParameters {
  const { rows = 8_000, depth = 6, leaf = 1 / 1_000 } = options;
  return trainTrees(examples, options, { trees: 1, rows, leaf }, ({ features, labels }) => {
    const tree = new DecisionTreeClassifier(cartOptions(depth, labels.length / 400));
    tree.train(features, labels);
    return { root: tree.root, columns: examples.columns.map((_, column) => column) };
  });
}

/**
 * A forest of ml-random-forest's trees, one forest of one tree each, by default of 1,000 rows: so that each tree has a sample of its own
 * (`maxSamples` takes the first rows), none is left out of the mean (`predictProbability` forgets the first), and progress is told after
 * each. It draws columns once for a tree, not for a split, hence more of them than usual. @throws {TrainingError}
 */
export function trainMljsForest(examples: Examples, options: MljsForestOptions): TreeParameters {
  const { trees = 100, rows = 1_000, depth = 8, leaf = 1 / 2_000 } = options;
  const width = examples.columns.length;
  const shown = options.columns ?? Math.min(width, Math.round(1.5 * Math.sqrt(width)));
  return trainTrees(examples, options, { trees, rows, leaf }, ({ features, labels }, seed) => {
    const forest = new RandomForestClassifier({
      nEstimators: 1,
      seed,
      maxFeatures: shown,
      replacement: false,
      useSampleBagging: false,
      noOOB: true,
      treeOptions: cartOptions(depth, 5),
    });
    forest.train(features, labels);
    return { root: forest.estimators?.[0]?.root ?? {}, columns: forest.indexes?.[0] ?? [] };
  });
}

/** ml-cart's own threshold of .01 ends a tree early. */
function cartOptions(maxDepth: number, minNumSamples: number): CartOptions {
  return { gainFunction: 'gini', maxDepth, minNumSamples: Math.max(2, minNumSamples), gainThreshold: 0 };
}

function trainTrees(
  examples: Examples,
  options: TrainOptions,
  { trees, rows, leaf }: { readonly trees: number; readonly rows: number; readonly leaf: number },
  grow: (sample: CartSample, seed: number) => CartTree,
): TreeParameters {
  checkExamples(examples);
  const random = seededRandom(options.seed);
  const draw = drawer(examples, random, () => true);
  const bins = binned(examples.features, examples.columns.length, BINS);
  const all = wholeSample(examples);
  const least = leastWeight(all.weights, leaf);
  const nodes = emptyNodes();
  for (let tree = 1; tree <= trees; tree++) {
    const sample = cartSample(examples, bins, draw, Math.min(rows, examples.labels.length));
    addCartTree(grow(sample, below(random, 2 ** 31)), bins, all, least, nodes);
    advance(options, tree, trees);
  }
  return { form: 'trees', ...nodes };
}
