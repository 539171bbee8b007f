import { filter } from 'rxjs';
import type { Dimension, Event, SegmentMetric, SegmentPartial } from '../schemas/generated.ts';
import { segmentPartialSchema } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { combine } from '../src/engine/combine.ts';
import { expand } from '../src/engine/expand.ts';
import { type Message, mapValues, withValue } from '../src/engine/message.ts';
import { topology } from '../src/engine/topology.ts';
import { tumblingWindow } from '../src/engine/windows.ts';
import { addSale, GRACE, HOUR, isTrade, noSales, type Sales, salesFields, sumSales } from './sales.ts';

const UNKNOWN = 'unknown';

/** One event as one member of one segment. */
interface Membership {
  readonly dimension: Dimension;
  readonly segment: string;
  readonly event: Event;
}

/** 18-24, 25-34, 35-44, 45+; younger ones `under 18`. */
export function ageGroup(age: number | null): string {
  if (age === null) return UNKNOWN;
  if (age < 18) return 'under 18';
  if (age < 25) return '18-24';
  if (age < 35) return '25-34';
  return age < 45 ? '35-44' : '45+';
}

function memberships(message: Message<Event>, emit: (message: Message<Membership>) => void): void {
  const event = message.value;
  emit(withValue(message, { dimension: 'payment_method', segment: event.paymentMethod ?? UNKNOWN, event }));
  emit(withValue(message, { dimension: 'gender', segment: event.gender ?? UNKNOWN, event }));
  emit(withValue(message, { dimension: 'age_group', segment: ageGroup(event.age), event }));
  emit(withValue(message, { dimension: 'country', segment: event.country ?? UNKNOWN, event }));
}

interface SegmentTotals extends Sales {
  readonly dimension: Dimension | '';
  readonly segment: string;
}

const segmentTotals = {
  schema: {
    type: 'record',
    name: 'SegmentTotals',
    fields: [{ name: 'dimension', type: 'string' }, { name: 'segment', type: 'string' }, ...salesFields],
  },
  init: (): SegmentTotals => ({ dimension: '', segment: '', ...noSales() }),
  add(totals: SegmentTotals, { dimension, segment, event }: Membership): SegmentTotals {
    const named = totals.dimension === '' ? { ...totals, dimension, segment } : totals;
    addSale(named, event);
    return named;
  },
};

/** First stage: each partition of customers counts its own share of every segment's hour, cumulatively. */
export const segmentPartials = topology({
  name: 'segment-partials',
  title: 'Hourly sales per segment, as far as one partition of customers goes',
  from: { events: topics.events },
  to: { partials: topics.segmentPartials },
  build: ({ events }, keep) => ({
    partials: events.pipe(
      filter(isTrade),
      expand(memberships),
      tumblingWindow(keep, {
        name: 'hourly',
        size: HOUR,
        grace: GRACE,
        by: ({ value }) => `${value.dimension}/${value.segment}`,
        aggregate: segmentTotals,
        emit: 'update',
      }),
      filter(({ value }) => value.value.dimension !== ''),
      mapValues(
        ({ start, end, value: { seen, dimension, segment, ...totals } }): SegmentPartial => ({
          dimension: dimension as Dimension,
          segment,
          part: keep.partition,
          windowStart: start,
          windowEnd: end,
          ...totals,
          customers: seen.size,
        }),
      ),
    ),
  }),
});

/** Second stage: the parts of a segment's hour, put together. */
export const segmentMetrics = topology({
  name: 'segment-metrics',
  title: 'Hourly sales per payment method, gender, age group and country',
  from: { partials: topics.segmentPartials },
  to: { metrics: topics.segmentMetrics },
  build: ({ partials }, keep) => ({
    metrics: partials.pipe(
      combine(keep, {
        name: 'hourly',
        schema: segmentPartialSchema,
        by: ({ dimension, segment }) => `${dimension}/${segment}`,
        part: ({ part }) => part,
        window: ({ windowStart, windowEnd }) => ({ start: windowStart, end: windowEnd }),
        grace: GRACE,
        merge: toMetric,
      }),
      mapValues(({ value, closed }): SegmentMetric => ({ ...value, complete: closed })),
    ),
  }),
});

function toMetric(parts: readonly SegmentPartial[]): Omit<SegmentMetric, 'complete'> {
  const [{ dimension, segment, windowStart, windowEnd }] = parts as [SegmentPartial];
  return { dimension, segment, windowStart, windowEnd, ...sumSales(parts) };
}
