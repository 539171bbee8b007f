import { filter } from 'rxjs';
import type { Dimension, Event, SegmentMetric, SegmentPartial } from '../schemas/generated.ts';
import { segmentPartialSchema } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { combine } from '../src/engine/combine.ts';
import { mapValues } from '../src/engine/message.ts';
import { topology } from '../src/engine/topology.ts';
import { tumblingWindow } from '../src/engine/windows.ts';
import { addSale, GRACE, HOUR, isTrade, noSales, type Sales, salesFields, sumSales } from './sales.ts';

const UNKNOWN = 'unknown';
/** Names of segments of one dimension that are remembered. */
const REMEMBERED = 1000;

/** 18-24, 25-34, 35-44, 45+; younger ones `under 18`. */
export function ageGroup(age: number | null): string {
  if (age === null) return UNKNOWN;
  if (age < 18) return 'under 18';
  if (age < 25) return '18-24';
  if (age < 35) return '25-34';
  return age < 45 ? '35-44' : '45+';
}

/** `<dimension>/<segment>`, made once: there are few. */
function named(dimension: Dimension): (segment: string | null) => string {
  const names = new Map<string | null, string>();
  return (segment) => {
    const known = names.get(segment);
    if (known !== undefined) return known;
    const name = `${dimension}/${segment ?? UNKNOWN}`;
    if (names.size < REMEMBERED) names.set(segment, name);
    return name;
  };
}

const paymentMethods = named('payment_method');
const genders = named('gender');
const ageGroups = named('age_group');
const countries = named('country');

/** The segments in which an event counts, `<dimension>/<segment>`. */
export function segmentsOf({ paymentMethod, gender, age, country }: Event): readonly string[] {
  return [paymentMethods(paymentMethod), genders(gender), ageGroups(ageGroup(age)), countries(country)];
}

interface SegmentTotals extends Sales {
  readonly dimension: Dimension;
  readonly segment: string;
}

const segmentTotals = {
  schema: {
    type: 'record',
    name: 'SegmentTotals',
    fields: [{ name: 'dimension', type: 'string' }, { name: 'segment', type: 'string' }, ...salesFields],
  },
  init(key: string): SegmentTotals {
    const slash = key.indexOf('/');
    return { dimension: key.slice(0, slash) as Dimension, segment: key.slice(slash + 1), ...noSales() };
  },
  add(totals: SegmentTotals, event: Event): SegmentTotals {
    addSale(totals, event);
    return totals;
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
      tumblingWindow(keep, {
        name: 'hourly',
        size: HOUR,
        grace: GRACE,
        by: ({ value }) => segmentsOf(value),
        aggregate: segmentTotals,
        emit: 'update',
      }),
      mapValues(
        ({ start, end, value: { seen, dimension, segment, ...totals } }): SegmentPartial => ({
          dimension,
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
