import type { Row } from '../shown.ts';

export function number(row: Row | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}

export function text(row: Row | undefined, column: string): string {
  return String(row?.[column] ?? '');
}

export function sum(rows: readonly Row[], column: string): number {
  return rows.reduce((total, row) => total + number(row, column), 0);
}

/** Distinct values of a column, in the order of their first rows. */
export function distinct(rows: readonly Row[], column: string): readonly string[] {
  return [...new Set(rows.map((row) => text(row, column)))];
}

/** The names with the greatest sums; more than `most` are left to `others`. */
export function leading(rows: readonly Row[], name: string, value: string, most: number): readonly string[] {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(text(row, name), (sums.get(text(row, name)) ?? 0) + number(row, value));
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([one]) => one);
}
