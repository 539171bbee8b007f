import { z } from 'zod';
import type { RecordSchema } from '../engine/topic.ts';
import type { Row } from './shown.ts';

/** A row as it is told of. */
export const rowShape = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

const typed = z.object({ fields: z.array(z.object({ name: z.string(), type: z.unknown() })) });

/** Makes records of a schema of a table's rows again: columns are its fields in snake case, lists are JSON, truth is 0 and 1. */
export function fromRow(schema: RecordSchema, renamed: Readonly<Record<string, string>> = {}) {
  const fields = typed.parse(schema).fields.map(({ name, type }) => ({
    name,
    column: renamed[name] ?? name.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`),
    read: readerOf(type),
  }));
  return (row: Row): Record<string, unknown> =>
    Object.fromEntries(
      fields.flatMap(({ name, column, read }) => (column in row ? [[name, read(row[column] ?? null)]] : [])),
    );
}

type Cell = string | number | null;

function readerOf(type: unknown): (cell: Cell) => unknown {
  const names = (Array.isArray(type) ? type : [type]).map((one: unknown) =>
    typeof one === 'object' && one !== null && 'type' in one ? one.type : one,
  );
  if (names.includes('boolean')) return (cell) => (cell === null ? null : cell !== 0);
  if (names.includes('array')) return (cell) => JSON.parse(String(cell));
  return (cell) => cell;
}
