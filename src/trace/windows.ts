/** The hours in which an event counts: of its category, and of each segment that it is in. */
import type { CategoryMetric, CategoryPartial, Event, SegmentMetric, SegmentPartial } from '../../schemas/generated.ts';
import { topics } from '../../schemas/topics.ts';
import { categoryOf } from '../../topologies/category-metrics.ts';
import { countsInHours, HOUR } from '../../topologies/sales.ts';
import { segmentsOf } from '../../topologies/segment-metrics.ts';
import type { Topic } from '../engine/topic.ts';
import { type OnLog, ofKey, type Placed } from './reading.ts';

/** An hour of a category or segment; what is null has not been computed, or the event came too late for it. */
export interface CountedIn {
  /** The category, or `<dimension>/<segment>`. */
  readonly key: string;
  /** UTC ms. */
  readonly start: number;
  readonly end: number;
  /** What the event's partition counts, as it stands now. */
  readonly partial: Placed<CategoryPartial | SegmentPartial> | null;
  /** All partitions together. */
  readonly metric: Placed<CategoryMetric | SegmentMetric> | null;
}

/** None for views and carts: hours are of purchases and returns. @param partition the event's, whose partial holds it */
export async function windowsOf(on: OnLog, placed: Placed<Event>): Promise<readonly CountedIn[]> {
  const { value: event, partition } = placed;
  if (!countsInHours(event)) return [];
  const start = Math.floor(event.time / HOUR) * HOUR;
  const category = categoryOf(event);
  const hour = { start, end: start + HOUR };
  return Promise.all([
    counted(on, category, hour, partition, topics.categoryPartials, topics.categoryMetrics),
    ...segmentsOf(event).map((segment) =>
      counted(on, segment, hour, partition, topics.segmentPartials, topics.segmentMetrics),
    ),
  ]);
}

async function counted<P extends CategoryPartial | SegmentPartial, M extends CategoryMetric | SegmentMetric>(
  on: OnLog,
  key: string,
  hour: { readonly start: number; readonly end: number },
  part: number,
  partials: Topic<P>,
  metrics: Topic<M>,
): Promise<CountedIn> {
  const [own, whole] = await Promise.all([
    ofKey(on, partials, key, (value) => value.windowStart === hour.start && value.part === part),
    ofKey(on, metrics, key, (value) => value.windowStart === hour.start),
  ]);
  return { key, ...hour, partial: own.at(-1) ?? null, metric: whole.at(-1) ?? null };
}
