import type { CartNode } from 'ml-cart';
import type { Binned } from './bins.ts';
import type { Nodes, Sample } from './grow-tree.ts';

/** A tree of ml-cart, and the columns that it was shown. */
export interface CartTree {
  readonly root: CartNode;
  readonly columns: readonly number[];
}

/**
 * Adds to `nodes` a tree with the splits that ml-cart found in a sample, and with the shares of all examples: a leaf of
 * a few sampled rows says 0 or 1, and ml-cart keeps no shares for inner nodes. A split with less than `leaf` of the weight on
 * one side is not made: what is below its other side takes its place.
 */
export function addCartTree(
  { root, columns }: CartTree,
  { edges, bins, width }: Binned,
  { rows: all, weights, labels }: Sample,
  leaf: number,
  nodes: Nodes,
): void {
  nodes.roots.push(add(root, all));

  function add({ left, right, splitColumn, splitValue }: CartNode, rows: Uint32Array): number {
    if (left === undefined || right === undefined || splitColumn === undefined || splitValue === undefined)
      return addNode(rows);
    const column = columns[splitColumn] ?? 0;
    const lower = rows.filter((row) => (bins[row * width + column] ?? 0) < splitValue);
    const upper = rows.filter((row) => (bins[row * width + column] ?? 0) >= splitValue);
    if (weightOf(lower) < leaf) return add(right, rows);
    if (weightOf(upper) < leaf) return add(left, rows);
    const node = addNode(rows);
    nodes.feature[node] = column;
    nodes.threshold[node] = edges[column]?.[Math.ceil(splitValue) - 1] ?? 0;
    nodes.left[node] = add(left, lower);
    nodes.right[node] = add(right, upper);
    return node;
  }

  function addNode(rows: Uint32Array): number {
    nodes.feature.push(-1);
    nodes.threshold.push(0);
    nodes.left.push(-1);
    nodes.right.push(-1);
    return nodes.value.push(weightOf(rows.filter((row) => labels[row] === 1)) / weightOf(rows)) - 1;
  }

  function weightOf(rows: Uint32Array): number {
    let weight = 0;
    for (const row of rows) weight += weights[row] ?? 0;
    return weight;
  }
}
