/** Columns cut into at most 255 bins of about as many rows each, so that a split is looked for in 255 places and not in every row. */
export interface Binned {
  /** Row by row. A value ≤ `edges[column][bin]` is in that bin or a lower one. */
  readonly bins: Uint8Array;
  readonly width: number;
  /** Between the bins of each column, rising; none for a column that does not vary. */
  readonly edges: readonly Float64Array[];
}

const MOST_BINS = 255;

/** @param features row by row, finite @param most bins of a column, 2 to 255 */
export function binned(features: Float64Array, width: number, most = MOST_BINS): Binned {
  const rows = features.length / width;
  const bins = new Uint8Array(features.length);
  const edges: Float64Array[] = [];
  const values = new Float64Array(rows);
  for (let column = 0; column < width; column++) {
    for (let row = 0, at = column; row < rows; row++, at += width) values[row] = features[at] ?? 0;
    const cuts = edgesOf(values.sort(), most);
    edges.push(cuts);
    for (let at = column; at < features.length; at += width) bins[at] = binOf(cuts, features[at] ?? 0);
  }
  return { bins, width, edges };
}

/** A value that many rows have gets a bin of its own; the others share what rows are left. */
function edgesOf(sorted: Float64Array, most: number): Float64Array {
  const runs = runsOf(sorted);
  const edges: number[] = [];
  let left = sorted.length;
  let inBin = 0;
  for (let run = 0; run + 1 < runs.length && edges.length < most - 1; run++) {
    const start = runs[run] ?? 0;
    const next = runs[run + 1] ?? sorted.length;
    inBin += next - start;
    const all = runs.length <= most;
    if (!all && inBin < left / (most - edges.length)) continue;
    edges.push(between(sorted[start] ?? 0, sorted[next] ?? 0));
    left -= inBin;
    inBin = 0;
  }
  return Float64Array.from(edges);
}

/** Where each distinct value begins. */
function runsOf(sorted: Float64Array): readonly number[] {
  const runs = [0];
  for (let at = 1; at < sorted.length; at++) if (sorted[at] !== sorted[at - 1]) runs.push(at);
  return runs;
}

/** At least `low`, and less than `high`. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle > low && middle < high ? middle : low;
}

/** How many edges are below the value. */
function binOf(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
