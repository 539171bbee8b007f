import { DAY } from '../../datasets/civil.ts';
import type { Zone } from '../../datasets/zone.ts';
import type { RangeName } from './shown.ts';

export const HOUR = 3_600_000;

/** UTC epoch milliseconds, the end not included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Which range a panel is of: `chosen` by whoever looks, the others by definition. */
export type RangeKind =
  | { readonly kind: 'hours'; readonly hours: number }
  | { readonly kind: 'complete-days'; readonly days: number }
  | { readonly kind: 'days'; readonly days: number }
  | { readonly kind: 'chosen' }
  | { readonly kind: 'chosen-days' }
  | { readonly kind: 'chosen-weeks' };

export interface Moment {
  /** The shop's watermark, or an earlier moment. */
  readonly now: number;
  /** Time of its oldest event. */
  readonly first: number;
  readonly zone: Zone;
  readonly chosen: RangeName;
}

export const rangeDays: Readonly<Record<RangeName, number>> = {
  '1d': 1,
  '7d': 7,
  '28d': 28,
  '90d': 90,
  '365d': 365,
  all: Number.POSITIVE_INFINITY,
};

/**
 * The range of a panel at a moment: hours are complete local hours; `complete-days` are complete local days; `days` and
 * `chosen` end now, `chosen-days` begin at a local midnight, `chosen-weeks` at that of a Monday.
 */
export function rangeOf(range: RangeKind, { now, first, zone, chosen }: Moment): Range {
  const since = Math.max(first, now - rangeDays[chosen] * DAY);
  switch (range.kind) {
    case 'hours': {
      const to = startOfHour(now, zone);
      return { from: to - range.hours * HOUR, to };
    }
    case 'complete-days': {
      const to = startOfDay(now, zone);
      return { from: midnight(localDay(now, zone) - range.days, zone), to };
    }
    case 'days':
      return { from: now - range.days * DAY, to: now };
    case 'chosen':
      return { from: since, to: now };
    case 'chosen-days':
      return { from: startOfDay(since, zone), to: now };
    case 'chosen-weeks': {
      // 1970-01-05 was a Monday.
      const day = localDay(since, zone);
      return { from: midnight(day - ((((day + 3) % 7) + 7) % 7), zone), to: now };
    }
  }
}

function startOfHour(time: number, zone: Zone): number {
  const offset = zone.offsetAt(time);
  return Math.floor((time + offset) / HOUR) * HOUR - offset;
}

function startOfDay(time: number, zone: Zone): number {
  return midnight(localDay(time, zone), zone);
}

/** Days since 1970-01-01 of the local date. */
function localDay(time: number, zone: Zone): number {
  return Math.floor((time + zone.offsetAt(time)) / DAY);
}

function midnight(day: number, zone: Zone): number {
  return day * DAY - zone.offsetAtLocal(day * DAY);
}
