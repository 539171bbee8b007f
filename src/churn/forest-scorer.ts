import type { TreeParameters } from './model.ts';

/** Of a row that starts at `offset`: the mean value of the leaves that it comes to. */
export type RawScore = (features: Float64Array, offset: number) => number;

/** A leaf's test, which no rank passes. */
const NEVER = 0xffff;
/** Trees that are walked down side by side, so that one's loads do not wait for another's. */
const ABREAST = 4;

interface FlatForest {
  /** `column << 16 | rank`: a row goes left when its rank in that column is ≤ this one. */
  readonly tests: Int32Array;
  /** Of the left child; the right one is next to it. A leaf's is itself. */
  readonly children: Int32Array;
  readonly values: Float64Array;
  /** Filled up to whole groups of trees with leaves of value 0. */
  readonly roots: Int32Array;
  /** Of the deepest tree of each group. */
  readonly depths: Int32Array;
}

/**
 * Hot path. Each feature is first ranked among the thresholds that the forest has for its column; a step down a tree then reads
 * two integers and has no branch to be guessed wrong: at a leaf it stays where it is.
 * @param width columns of a row
 */
export function forestScorer(forest: TreeParameters, width: number): RawScore {
  const cuts = thresholdsOf(forest, width);
  const { tests, children, values, roots, depths } = flattened(forest, cuts);
  const { thresholds, starts } = endToEnd(cuts);
  const ranks = new Int32Array(width);
  const trees = forest.roots.length;

  function rank(features: Float64Array, offset: number): void {
    for (let column = 0; column < width; column++) {
      const value = features[offset + column] ?? 0;
      const start = starts[column] ?? 0;
      let low = start;
      let high = starts[column + 1] ?? 0;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((thresholds[middle] ?? 0) < value) low = middle + 1;
        else high = middle;
      }
      ranks[column] = low - start;
    }
  }

  return (features, offset) => {
    rank(features, offset);
    let sum = 0;
    for (let tree = 0; tree < roots.length; tree += ABREAST) {
      let a = roots[tree] ?? 0;
      let b = roots[tree + 1] ?? 0;
      let c = roots[tree + 2] ?? 0;
      let d = roots[tree + 3] ?? 0;
      for (let depth = depths[tree / ABREAST] ?? 0; depth > 0; depth--) {
        const testA = tests[a] ?? 0;
        const testB = tests[b] ?? 0;
        const testC = tests[c] ?? 0;
        const testD = tests[d] ?? 0;
        // The sign bit of (node's rank − row's rank) is 1 where the row's is greater.
        a = (children[a] ?? 0) + (((testA & NEVER) - (ranks[testA >>> 16] ?? 0)) >>> 31);
        b = (children[b] ?? 0) + (((testB & NEVER) - (ranks[testB >>> 16] ?? 0)) >>> 31);
        c = (children[c] ?? 0) + (((testC & NEVER) - (ranks[testC >>> 16] ?? 0)) >>> 31);
        d = (children[d] ?? 0) + (((testD & NEVER) - (ranks[testD >>> 16] ?? 0)) >>> 31);
      }
      sum += values[a] ?? 0;
      sum += values[b] ?? 0;
      sum += values[c] ?? 0;
      sum += values[d] ?? 0;
    }
    return sum / trees;
  };
}

/** Of each column, rising and distinct. */
function thresholdsOf({ feature, threshold }: TreeParameters, width: number): readonly Float64Array[] {
  const found = Array.from({ length: width }, () => new Set<number>());
  for (const [node, column] of feature.entries()) if (column >= 0) found[column]?.add(threshold[node] ?? 0);
  return found.map((thresholds, column) => {
    if (thresholds.size > NEVER) {
      throw new RangeError(
        `the forest has ${thresholds.size} thresholds for column ${column}; at most ${NEVER} can be scored`,
      );
    }
    return Float64Array.from(thresholds).sort();
  });
}

function endToEnd(cuts: readonly Float64Array[]): { thresholds: Float64Array; starts: Int32Array } {
  const starts = new Int32Array(cuts.length + 1);
  for (const [column, { length }] of cuts.entries()) starts[column + 1] = (starts[column] ?? 0) + length;
  const thresholds = new Float64Array(starts.at(-1) ?? 0);
  for (const [column, part] of cuts.entries()) thresholds.set(part, starts[column]);
  return { thresholds, starts };
}

/** Each tree level by level, children side by side. */
function flattened(forest: TreeParameters, cuts: readonly Float64Array[]): FlatForest {
  const ranks = cuts.map((thresholds) => new Map(Array.from(thresholds, (threshold, rank) => [threshold, rank])));
  const groups = Math.ceil(forest.roots.length / ABREAST);
  const size = forest.feature.length + groups * ABREAST - forest.roots.length;
  const tests = new Int32Array(size).fill(NEVER);
  const children = Int32Array.from({ length: size }, (_, node) => node);
  const values = new Float64Array(size);
  const roots = new Int32Array(groups * ABREAST);
  const depths = new Int32Array(groups);
  let next = 0;
  for (let tree = 0; tree < roots.length; tree++) {
    roots[tree] = next;
    const root = forest.roots[tree];
    const level = root === undefined ? [] : [{ from: root, to: next, depth: 0 }];
    next++;
    // Grows while it is gone through.
    for (const { from, to, depth } of level) {
      const column = forest.feature[from] ?? -1;
      const group = Math.floor(tree / ABREAST);
      depths[group] = Math.max(depths[group] ?? 0, depth);
      values[to] = forest.value[from] ?? 0;
      if (column < 0) continue;
      tests[to] = (column << 16) | (ranks[column]?.get(forest.threshold[from] ?? 0) ?? 0);
      children[to] = next;
      level.push(
        { from: forest.left[from] ?? 0, to: next, depth: depth + 1 },
        { from: forest.right[from] ?? 0, to: next + 1, depth: depth + 1 },
      );
      next += 2;
    }
  }
  return { tests, children, values, roots, depths };
}
