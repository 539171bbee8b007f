import { z } from 'zod';
import type { Issue } from './failure.ts';

/** JSON Schema, draft 2020-12, which is what OpenAPI 3.1 takes. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What something in a request or an answer is: checks it, and says so in the OpenAPI document. */
export interface Shape<T> {
  readonly schema: JsonSchema;
  read(value: unknown): { readonly value: T } | { readonly issues: readonly Issue[] };
}

/** @param takes whether the document shows what may be sent, or what comes back (with defaults filled in) */
export function shapeOf<S extends z.ZodType>(type: S, takes: 'input' | 'output' = 'input'): Shape<z.output<S>> {
  const { $schema: _, ...schema } = z.toJSONSchema(type, {
    io: takes,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  });
  return {
    schema,
    read(value) {
      const read = type.safeParse(value);
      return read.success ? { value: read.data } : { issues: read.error.issues.map(issueOf) };
    },
  };
}

function issueOf({ path, message }: z.core.$ZodIssue): Issue {
  return { path: pathText(path), message };
}

/** `['events', 3, 'amount']` → `events[3].amount` */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}
