import type { Examples } from './model.ts';
import { logistic } from './probability.ts';
import { seededRandom } from './random.ts';

/** Customers whose churn is known to depend on two columns by a logistic law; the third says nothing and the fourth never varies. */
export function madeUpExamples(rows: number, seed: number): Examples {
  const random = seededRandom(seed);
  const columns = ['recency', 'trend_90', 'noise', 'constant'];
  const features = new Float64Array(rows * columns.length);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const recency = Math.floor(random() * 200);
    const trend = Math.floor(random() * 9) - 4;
    features.set([recency, trend, Math.floor(random() * 50), 7], row * columns.length);
    labels[row] = random() < logistic(1.5 * Math.log1p(recency) - 6 - trend / 2) ? 1 : 0;
  }
  return { columns, features, labels };
}

/** Each row as often as its weight says, whole numbers, and no weights. */
export function repeated({ columns, features, labels, weights }: Examples): Examples {
  const width = columns.length;
  const rows = Array.from(labels, (_, row) => new Array<number>(weights?.[row] ?? 1).fill(row)).flat();
  return {
    columns,
    features: Float64Array.from(rows.flatMap((row) => [...features.subarray(row * width, (row + 1) * width)])),
    labels: Uint8Array.from(rows, (row) => labels[row] ?? 0),
  };
}

/** One column, one row for each pair. */
export function column(...pairs: readonly (readonly [value: number, label: 0 | 1])[]): Examples {
  return {
    columns: ['recency'],
    features: Float64Array.from(pairs, ([value]) => value),
    labels: Uint8Array.from(pairs, ([, label]) => label),
  };
}
