import type { MonoTypeOperatorFunction } from 'rxjs';
import { type Keep, lateness } from './keep.ts';
import type { Message } from './message.ts';

interface Seen {
  readonly time: number;
  /** Where it stood; null: in state that is older than this field. */
  readonly offset: number | null;
}

/**
 * Drops repeats of an id within a span of event time, for writers that deliver at least once. Repeats are counted
 * (metric `duplicates`); the first one passes. What comes behind the watermark by the whole span passes too: what was
 * remembered of its time is gone.
 * @param options `within`: how far apart two records of one id may be to count as repeats, ms of event time, exclusive;
 * `records`: how far apart in their partition (by offsets, of one topic) they are repeats whatever their event times: a writer
 * that was killed repeats what it wrote last, and in a history written at full speed that is soon long ago (default 0)
 */
export function deduplicate<V>(
  keep: Keep,
  options: {
    readonly name: string;
    id(message: Message<V>): string;
    readonly within: number;
    readonly records?: number;
  },
): MonoTypeOperatorFunction<Message<V>> {
  const { within, records = 0 } = options;
  /** Unknown after a restart, and then more is remembered than needs be: whether something is a repeat is never told by that. */
  let newest = Number.NEGATIVE_INFINITY;
  return keep.stateful<V, Seen, V>({
    name: options.name,
    key: options.id,
    schema: {
      type: 'record',
      name: 'Seen',
      fields: [
        { name: 'time', type: 'long' },
        { name: 'offset', type: ['null', 'long'], default: null },
      ],
    },
    onMessage(seen, message) {
      const { time, value, origin } = message;
      newest = origin.offset;
      const near = seen !== undefined && seen.offset !== null && origin.offset - seen.offset < records;
      // By times and not by whether the alarm has fired: that would depend on how partitions interleave.
      const forgotten = time + within <= lateness(keep, message);
      if (forgotten && records === 0) return { state: seen, emit: [value], wakeAt: seen && seen.time + within };
      const alive = seen !== undefined && seen.time + within > keep.watermark;
      if (seen !== undefined && (near || (!forgotten && alive && Math.abs(time - seen.time) < within))) {
        keep.count('duplicates');
        return { state: seen, wakeAt: seen.time + within };
      }
      const latest = Math.max(time, seen?.time ?? time);
      return { state: { time: latest, offset: origin.offset }, emit: [value], wakeAt: latest + within };
    },
    onAlarm: (seen, at) =>
      seen.offset !== null && newest - seen.offset < records
        ? { state: seen, wakeAt: seen.time + 2 * (at - seen.time) }
        : { state: undefined },
  });
}
