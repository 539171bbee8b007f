import type { Row } from './shown.ts';

/** Customers of the smallest group that may be shown where others than the shop's own machine look. */
export const LEAST_GROUP = 10;

/**
 * Rows without those of small groups, and how many are left out. A group that is left out must not be what the others lack of their
 * sum: as long as those left out have together fewer customers than one group must have, the smallest other is left out as well.
 * @param rows each a group of `customers`
 * @param within columns: groups that agree in them make up a whole together
 */
export function withoutSmallGroups(
  rows: readonly Row[],
  within: readonly string[],
  least: number,
): { readonly rows: readonly Row[]; readonly hidden: number } {
  const small = new Set<Row>();
  for (const whole of Map.groupBy(rows, (row) => JSON.stringify(within.map((column) => row[column]))).values()) {
    let left = 0;
    for (const row of [...whole].sort((a, b) => customersOf(a) - customersOf(b))) {
      if (customersOf(row) >= least && (left === 0 || left >= least)) break;
      left += customersOf(row);
      small.add(row);
    }
  }
  return { rows: rows.filter((row) => !small.has(row)), hidden: small.size };
}

function customersOf({ customers }: Row): number {
  return Number(customers ?? 0);
}
