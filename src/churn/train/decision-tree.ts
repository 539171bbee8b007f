import type { Examples, TreeParameters } from '../model.ts';
import { binned } from './bins.ts';
import { checkExamples } from './check.ts';
import { growTree, type Nodes, type Sample } from './grow-tree.ts';
import { advance, type TrainOptions } from './trainer.ts';

export interface TreeOptions extends TrainOptions {
  /** Most splits on the way to a leaf. Default 6. */
  readonly depth?: number;
  /** Least share of the examples, by weight, in a leaf. Default 1 / 400. */
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

/** That share of the weight, and at least that of one row. */
export function leastWeight(weights: Float64Array, share: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(share * total, total / weights.length);
}
