import type { Examples, TreeParameters } from '../model.ts';
import { binned } from './bins.ts';
import { checkExamples } from './check.ts';
import { growTree, type Nodes, type Sample } from './grow-tree.ts';
import { advance, type TrainOptions } from './trainer.ts';

export interface TreeOptions extends TrainOptions {
  /** Most splits on the way to a leaf. Default 6. */
  readonly depth?: number;
  /** Least share of the examples, by weight, in a leaf; see `leastWeight`. Default 1 / 400. */
  readonly leaf?: number;
}

/** One tree that looks at every column. No random numbers: the seed does not matter. @throws {TrainingError} */
export function trainDecisionTree(examples: Examples, options: TreeOptions): TreeParameters {
  checkExamples(examples);
  const width = examples.columns.length;
  const nodes = emptyNodes();
  const sample = wholeSample(examples);
  const leaf = leastWeight(sample.weights, options.leaf ?? 1 / 400);
  growTree(
    binned(examples.features, width),
    sample,
    { depth: options.depth ?? 6, leaf, columns: width },
    () => 0,
    nodes,
  );
  advance(options, 1, 1);
  return { form: 'trees', ...nodes };
}

export function emptyNodes(): Nodes {
  return { roots: [], feature: [], threshold: [], left: [], right: [], value: [] };
}

export function wholeSample({ labels, weights }: Examples): Sample {
  return {
    rows: Uint32Array.from(labels, (_, row) => row),
    weights: weights ?? new Float64Array(labels.length).fill(1),
    labels,
  };
}

/** Fewer rows than this say too little about a share, however few there are in all (measured on samples of CDNOW, 300 to 40,000 rows). */
const ROWS_OF_A_LEAF = 80;

/** What a leaf weighs at least: that share of all, and 80 rows of weight 1 or, where this is less, a tenth of all. */
export function leastWeight(weights: Float64Array, share: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(share * total, Math.min(ROWS_OF_A_LEAF, total / 10));
}
