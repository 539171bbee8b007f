import { describe, expect, it } from 'vitest';
import { zoneOf } from '../../datasets/zone.ts';
import { HOUR, type RangeKind, rangeOf } from './ranges.ts';
import type { RangeName } from './shown.ts';

/** ISO text of both ends of a panel's range at a moment. */
function ends(range: RangeKind, now: string, options: { zone?: string; chosen?: RangeName; first?: string } = {}) {
  const { zone = 'UTC', chosen = '28d', first = '2000-01-01' } = options;
  const { from, to } = rangeOf(range, { now: Date.parse(now), first: Date.parse(first), zone: zoneOf(zone), chosen });
  return [new Date(from).toISOString().slice(0, 16), new Date(to).toISOString().slice(0, 16)];
}

describe('the range of a panel', () => {
  it('of hours ends with the last complete one', () => {
    expect(ends({ kind: 'hours', hours: 5 }, '2024-03-05T13:59:59.999Z')).toEqual([
      '2024-03-05T08:00',
      '2024-03-05T13:00',
    ]);
    expect(ends({ kind: 'hours', hours: 1 }, '2024-03-05T13:00:00Z')).toEqual(['2024-03-05T12:00', '2024-03-05T13:00']);
  });

  it('of hours follows the shop’s clock where that is half an hour aside', () => {
    expect(ends({ kind: 'hours', hours: 1 }, '2024-03-05T13:40:00Z', { zone: 'Asia/Kolkata' })).toEqual([
      '2024-03-05T12:30',
      '2024-03-05T13:30',
    ]);
  });

  it('of complete days goes from local midnight to local midnight, over a change of clocks too', () => {
    const days: RangeKind = { kind: 'complete-days', days: 28 };
    expect(ends(days, '2024-03-05T13:59:00Z')).toEqual(['2024-02-06T00:00', '2024-03-05T00:00']);
    expect(ends(days, '2024-04-02T12:00:00Z', { zone: 'Europe/Berlin' })).toEqual([
      '2024-03-04T23:00',
      '2024-04-01T22:00',
    ]);
  });

  it('that is chosen ends now, and begins no earlier than the data', () => {
    expect(ends({ kind: 'chosen' }, '2024-03-05T13:59:00Z', { chosen: '7d' })).toEqual([
      '2024-02-27T13:59',
      '2024-03-05T13:59',
    ]);
    expect(ends({ kind: 'chosen' }, '2024-03-05T13:59:00Z', { chosen: 'all', first: '2023-01-02T03:04:00Z' })).toEqual([
      '2023-01-02T03:04',
      '2024-03-05T13:59',
    ]);
  });

  it('of chosen days begins at local midnight, of chosen weeks on a Monday', () => {
    const options = { zone: 'America/New_York', chosen: '7d' } as const;
    expect(ends({ kind: 'chosen-days' }, '2024-03-05T13:59:00Z', options)[0]).toBe('2024-02-27T05:00');
    expect(ends({ kind: 'chosen-weeks' }, '2024-03-05T13:59:00Z', options)[0]).toBe('2024-02-26T05:00');
    expect(ends({ kind: 'chosen-weeks' }, '1969-12-31T00:00:00Z', { chosen: '1d', first: '1900-01-01' })[0]).toBe(
      '1969-12-29T00:00',
    );
  });

  it('is of whole hours at any moment', () => {
    const { from, to } = rangeOf(
      { kind: 'hours', hours: 24 },
      { now: 1e12 + 1, first: 0, zone: zoneOf('UTC'), chosen: '1d' },
    );
    expect([from % HOUR, to % HOUR, to - from]).toEqual([0, 0, 24 * HOUR]);
  });
});
