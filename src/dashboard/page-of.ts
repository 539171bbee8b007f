import { z } from 'zod';
import { Failure } from './failure.ts';

const place = z.tuple([z.string(), z.union([z.string(), z.number()]), z.string()]);

/** Where a page ends: a row's value in the order, and its key. A row that changes meanwhile moves; no other is left out or comes twice. */
export interface Place {
  readonly value: string | number;
  readonly key: string;
}

export function cursorOf(order: string, { value, key }: Place): string {
  return Buffer.from(JSON.stringify([order, value, key])).toString('base64url');
}

/** @throws Failure INVALID_REQUEST where it is none, or of another order */
export function placeOf(order: string, cursor: string): Place {
  try {
    const [of, value, key] = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    if (of === order) return { value, key };
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause;
  }
  throw new Failure(400, 'INVALID_REQUEST', 'the request is not as /api/openapi.json describes it', {
    issues: [{ path: 'query.after', message: 'not what a page of this order gave as `next`' }],
  });
}
