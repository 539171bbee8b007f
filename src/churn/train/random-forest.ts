import type { Examples, TreeParameters } from '../model.ts';
import { below, type Random, seededRandom } from '../random.ts';
import { binned } from './bins.ts';
import { checkExamples } from './check.ts';
import { emptyNodes, leastWeight, type TreeOptions, wholeSample } from './decision-tree.ts';
import { growTree, type Sample } from './grow-tree.ts';
import { advance } from './trainer.ts';

export interface ForestOptions extends TreeOptions {
  /** Default 100. */
  readonly trees?: number;
  /** Columns that a split looks at. Default: the square root of how many there are. */
  readonly columns?: number;
}

/**
 * Trees of bootstrap samples, whose splits look at a few columns each (Breiman 2001). Its score is the mean of the leaves' shares.
 * By default leaves hold a thousandth of the weight at least (or see `leastWeight`), and are 8 splits deep at most. @throws {TrainingError}
 */
export function trainRandomForest(examples: Examples, options: ForestOptions): TreeParameters {
  checkExamples(examples);
  const width = examples.columns.length;
  const columns = options.columns ?? Math.max(1, Math.round(Math.sqrt(width)));
  const bins = binned(examples.features, width);
  const whole = wholeSample(examples);
  const leaf = leastWeight(whole.weights, options.leaf ?? 1 / 1_000);
  const trees = options.trees ?? 100;
  const random = seededRandom(options.seed);
  const nodes = emptyNodes();
  for (let tree = 1; tree <= trees; tree++) {
    growTree(bins, bootstrapped(whole, random), { depth: options.depth ?? 8, leaf, columns }, random, nodes);
    advance(options, tree, trees);
  }
  return { form: 'trees', ...nodes };
}

/** As many rows, drawn with replacement. A row that was drawn twice weighs twice. */
function bootstrapped({ rows, weights, labels }: Sample, random: Random): Sample {
  const drawn = new Float64Array(rows.length);
  for (let draw = 0; draw < rows.length; draw++) {
    const row = below(random, rows.length);
    drawn[row] = (drawn[row] ?? 0) + (weights[row] ?? 0);
  }
  return { rows: rows.filter((row) => (drawn[row] ?? 0) > 0), weights: drawn, labels };
}
