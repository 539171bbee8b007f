import type { Cell, SourceRow } from './source.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The longest number text that a double always holds exactly. */
const EXACT = 15;
const DEEPEST = 8;

/**
 * The rows of one JSON text: an object, or an array of objects. Nested objects become columns `outer.inner`, arrays JSON
 * text, numbers with more digits than a double holds their text. Anything else is one malformed row.
 */
export function jsonRows(text: string, columns: readonly string[], firstRow: number): readonly SourceRow[] {
  const value = parseJson(text);
  if (value === undefined) return [malformed(text, 'it is not JSON', firstRow)];
  if (!isList(value)) return [rowOf(value, text, columns, firstRow)];
  return value.map((item, index) => rowOf(item, JSON.stringify(item), columns, firstRow + index));
}

/** The columns of a JSON object; `undefined` for anything else. */
export function cellsOf(text: string): ReadonlyMap<string, Cell> | undefined {
  const value = parseJson(text);
  return isObject(value) ? flatten(value) : undefined;
}

function rowOf(value: Json, text: string, columns: readonly string[], row: number): SourceRow {
  if (!isObject(value)) return malformed(text, 'it is JSON, but not an object', row);
  const cells = flatten(value);
  const found: Record<string, Cell> = {};
  let known = 0;
  for (const column of columns) {
    const cell = cells.get(column);
    if (cell !== undefined) known++;
    found[column] = cell ?? null;
  }
  return known === cells.size ? { row, columns: found } : { row, columns: found, text };
}

function malformed(text: string, reason: string, row: number): SourceRow {
  return { row, columns: { line: text.slice(0, 4000) }, malformed: reason };
}

const exactNumbers = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && context?.source !== undefined && context.source.length > EXACT ? context.source : value;

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text, exactNumbers) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // The caller makes a malformed row of it.
    throw error;
  }
}

function flatten(value: { readonly [name: string]: Json }): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  const visit = (part: Json, path: string, depth: number): void => {
    if (isObject(part) && depth < DEEPEST) {
      for (const [name, inner] of Object.entries(part)) visit(inner, path === '' ? name : `${path}.${name}`, depth + 1);
    } else {
      cells.set(path, typeof part === 'object' && part !== null ? JSON.stringify(part) : part);
    }
  };
  visit(value, '', 0);
  return cells;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
