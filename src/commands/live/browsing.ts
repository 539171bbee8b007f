/**
 * How long views and carts stay rows of the live tables. One view alone asks for them, of 28 days, and a shop has ten for every
 * purchase: without this limit they would be most of the tables, and of the time to fill them.
 */
import { DAY } from '../../../datasets/civil.ts';
import type { Event } from '../../../schemas/generated.ts';

export const BROWSING_DAYS = 35;

export function isBrowsing({ kind }: Pick<Event, 'kind'>): boolean {
  return kind === 'VIEW' || kind === 'CART';
}

/** @param newest event time of the newest record */
export function browsingKeptFrom(newest: number): number {
  return newest - BROWSING_DAYS * DAY;
}
