import { below, type Random } from '../random.ts';
import type { Binned } from './bins.ts';

/** The rows that a tree learns from. */
export interface Sample {
  /** Rising; put in another order. */
  readonly rows: Uint32Array;
  /** By row number, of those in `rows`. */
  readonly weights: Float64Array;
  readonly labels: Uint8Array;
}

export interface TreeShape {
  /** Most splits on the way to a leaf. */
  readonly depth: number;
  /** Least weight of the rows in a leaf. */
  readonly leaf: number;
  /** How many columns a split looks at, drawn anew for each; further ones only where those do not split. */
  readonly columns: number;
}

/** `TreeParameters`, growing. */
export interface Nodes {
  readonly roots: number[];
  readonly feature: number[];
  readonly threshold: number[];
  readonly left: number[];
  readonly right: number[];
  readonly value: number[];
}

interface Split {
  readonly column: number;
  readonly bin: number;
  readonly gain: number;
}

const BINS = 256;

/**
 * Adds a tree to `nodes`: CART with the Gini impurity (Breiman et al. 1984) on binned columns, as LightGBM (Ke et al. 2017) does.
 * Hot path: per split one pass over its rows, and no allocation by row.
 */
export function growTree(
  { bins, width, edges }: Binned,
  sample: Sample,
  shape: TreeShape,
  random: Random,
  nodes: Nodes,
): void {
  const { rows, weights, labels } = sample;
  const spare = new Uint32Array(rows.length);
  const order = Uint32Array.from({ length: width }, (_, column) => column);
  // Of each column and bin: weight of the rows that stayed, and of those that churned.
  const histogram = new Float64Array(shape.columns * BINS * 2);
  nodes.roots.push(grow(0, rows.length, 0));

  /** Rows from `start` to `end` as a subtree. Its root's number. */
  function grow(start: number, end: number, depth: number): number {
    let weight = 0;
    let churned = 0;
    for (let at = start; at < end; at++) {
      const row = rows[at] ?? 0;
      const own = weights[row] ?? 0;
      weight += own;
      if (labels[row] === 1) churned += own;
    }
    const node = nodes.feature.length;
    nodes.feature.push(-1);
    nodes.threshold.push(0);
    nodes.left.push(-1);
    nodes.right.push(-1);
    nodes.value.push(churned / weight);
    const splits = depth < shape.depth && weight >= 2 * shape.leaf && churned > 0 && churned < weight;
    const split = splits ? bestSplit(start, end, weight, churned) : undefined;
    if (split === undefined) return node;
    const middle = part(start, end, split);
    nodes.feature[node] = split.column;
    nodes.threshold[node] = edges[split.column]?.[split.bin] ?? 0;
    nodes.left[node] = grow(start, middle, depth + 1);
    nodes.right[node] = grow(middle, end, depth + 1);
    return node;
  }

  function bestSplit(start: number, end: number, weight: number, churned: number): Split | undefined {
    for (let from = 0; from < width; from += shape.columns) {
      const to = Math.min(from + shape.columns, width);
      draw(from, to);
      count(start, end, from, to);
      let best: Split | undefined;
      for (let slot = from; slot < to; slot++) {
        const found = bestOfColumn(order[slot] ?? 0, slot - from, weight, churned);
        if (found !== undefined && found.gain > (best?.gain ?? 0)) best = found;
      }
      if (best !== undefined) return best;
    }
    return undefined;
  }

  /** Puts columns that were not looked at yet into these places. */
  function draw(from: number, to: number): void {
    if (shape.columns >= width) return;
    for (let slot = from; slot < to; slot++) {
      const other = slot + below(random, width - slot);
      const column = order[other] ?? 0;
      order[other] = order[slot] ?? 0;
      order[slot] = column;
    }
  }

  function count(start: number, end: number, from: number, to: number): void {
    histogram.fill(0);
    for (let at = start; at < end; at++) {
      const row = rows[at] ?? 0;
      const own = weights[row] ?? 0;
      const label = labels[row] ?? 0;
      const line = row * width;
      for (let slot = from, base = 0; slot < to; slot++, base += BINS) {
        const cell = ((base + (bins[line + (order[slot] ?? 0)] ?? 0)) << 1) + label;
        histogram[cell] = (histogram[cell] ?? 0) + own;
      }
    }
  }

  function bestOfColumn(column: number, slot: number, weight: number, churned: number): Split | undefined {
    const places = edges[column]?.length ?? 0;
    const whole = (churned * churned) / weight;
    let bestGain = 1e-12 * weight;
    let bestBin = -1;
    let leftWeight = 0;
    let leftChurned = 0;
    for (let bin = 0; bin < places; bin++) {
      const cell = (slot * BINS + bin) << 1;
      const churnedHere = histogram[cell + 1] ?? 0;
      leftWeight += (histogram[cell] ?? 0) + churnedHere;
      leftChurned += churnedHere;
      const rightWeight = weight - leftWeight;
      if (rightWeight < shape.leaf) break;
      if (leftWeight < shape.leaf) continue;
      const rightChurned = churned - leftChurned;
      const gain = (leftChurned * leftChurned) / leftWeight + (rightChurned * rightChurned) / rightWeight - whole;
      if (gain > bestGain) {
        bestGain = gain;
        bestBin = bin;
      }
    }
    return bestBin < 0 ? undefined : { column, bin: bestBin, gain: bestGain };
  }

  /** Those that go left first, each side in its order: rows that rise are read faster. */
  function part(start: number, end: number, { column, bin }: Split): number {
    let left = start;
    let right = 0;
    for (let at = start; at < end; at++) {
      const row = rows[at] ?? 0;
      if ((bins[row * width + column] ?? 0) <= bin) rows[left++] = row;
      else spare[right++] = row;
    }
    for (let at = 0; at < right; at++) rows[left + at] = spare[at] ?? 0;
    return left;
  }
}
