import type { Examples, ScaledColumn } from './model.ts';

/**
 * How a linear model sees each column: signed_log1p where an example is below 0, log1p elsewhere, then with mean 0 and deviation 1
 * over the examples, by weight. A column that does not vary gets the deviation 1, and so is 0 everywhere.
 */
export function fitScaler({ columns, features, labels, weights }: Examples): readonly ScaledColumn[] {
  const width = columns.length;
  const rows = labels.length;
  return columns.map((name, column) => {
    let least = 0;
    for (let at = column; at < features.length; at += width) least = Math.min(least, features[at] ?? 0);
    const transform = least < 0 ? 'signed_log1p' : 'log1p';
    let mean = 0;
    let total = 0;
    let squares = 0;
    // Welford's update with weights (West 1979): no cancellation however far the mean is from 0.
    for (let row = 0; row < rows; row++) {
      const weight = weights?.[row] ?? 1;
      const step = transformed(transform, features[row * width + column] ?? 0) - mean;
      total += weight;
      mean += (step * weight) / total;
      squares += weight * step * step * (1 - weight / total);
    }
    const deviation = Math.sqrt(squares / total);
    return { name, transform, mean, deviation: deviation > 1e-9 * Math.max(1, Math.abs(mean)) ? deviation : 1 };
  });
}

export function transformed(transform: ScaledColumn['transform'], value: number): number {
  if (transform === 'log1p') return Math.log1p(Math.max(0, value));
  return value < 0 ? -Math.log1p(-value) : Math.log1p(value);
}

/** Hot path. */
export function scaled({ transform, mean, deviation }: ScaledColumn, value: number): number {
  return (transformed(transform, value) - mean) / deviation;
}

/** Row by row, as `features`. */
export function scaledFeatures(scaler: readonly ScaledColumn[], features: Float64Array): Float64Array {
  const result = new Float64Array(features.length);
  for (const [column, scale] of scaler.entries()) {
    for (let at = column; at < features.length; at += scaler.length) result[at] = scaled(scale, features[at] ?? 0);
  }
  return result;
}
