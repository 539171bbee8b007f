import { DAY } from '../../datasets/civil.ts';
import type { History } from './history.ts';

/** Days of silence after which a customer is scored again. */
export const silences = [1, 3, 7, 14, 30, 60, 90, 180] as const;

/** The first day after `day` on the grid, which is the last day of every month. Days are local ones, from 1970-01-01. */
export function nextGridDay(day: number): number {
  const date = new Date((day + 1) * DAY);
  date.setUTCMonth(date.getUTCMonth() + 1, 0);
  return date.getTime() / DAY;
}

export function isGridDay(day: number): boolean {
  return nextGridDay(day - 1) === day;
}

/** The last day of purchase that is not after `day`; undefined before the first. */
export function lastPurchase({ days }: History, day: number): number | undefined {
  for (let index = days.length - 1; index >= 0; index--) {
    const at = days[index];
    if (at !== undefined && at <= day) return at;
  }
  return undefined;
}

/**
 * The first day after `day` at whose end a customer who was scored on `day` is to be scored again: a day of purchase that
 * is known already, a number of silent days since the last one, or the grid. Infinity for a history without purchases.
 */
export function nextWake(history: History, day: number): number {
  const bought = nextPurchase(history, day);
  const last = lastPurchase(history, day);
  if (last === undefined) return bought;
  const grid = nextGridDay(day);
  const silence = silences.find((silent) => last + silent > day);
  return Math.min(bought, grid, silence === undefined ? Number.POSITIVE_INFINITY : last + silence);
}

/**
 * The first day after `day` of which there is to be an example: a day of purchase, or the grid from the first of these on.
 * Infinity for a history without purchases.
 */
export function nextSnapshot(history: History, day: number): number {
  const first = history.days[0];
  if (first === undefined) return Number.POSITIVE_INFINITY;
  return Math.min(nextPurchase(history, day), nextGridDay(Math.max(day, first - 1)));
}

function nextPurchase({ days }: History, day: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (let index = days.length - 1; index >= 0; index--) {
    const at = days[index] ?? 0;
    if (at <= day) break;
    next = at;
  }
  return next;
}
