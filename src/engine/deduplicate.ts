import type { MonoTypeOperatorFunction } from 'rxjs';
import { type Keep, lateness } from './keep.ts';
import type { Message } from './message.ts';

/**
 * Drops repeats of an id within a span of event time, for writers that deliver at least once. Repeats are counted
 * (metric `duplicates`); the first one passes. What comes behind the watermark by the whole span passes too: what was
 * remembered of its time is gone.
 * @param options `within`: how far apart two records of one id may be to count as repeats, ms of event time, exclusive
 */
export function deduplicate<V>(
  keep: Keep,
  options: { readonly name: string; id(message: Message<V>): string; readonly within: number },
): MonoTypeOperatorFunction<Message<V>> {
  const { within } = options;
  return keep.stateful<V, { readonly time: number }, V>({
    name: options.name,
    key: options.id,
    schema: { type: 'record', name: 'Seen', fields: [{ name: 'time', type: 'long' }] },
    onMessage(seen, message) {
      const { time, value } = message;
      // By times and not by whether the alarm has fired: that would depend on how partitions interleave.
      if (time + within <= lateness(keep, message))
        return { state: seen, emit: [value], wakeAt: seen && seen.time + within };
      if (seen !== undefined && Math.abs(time - seen.time) < within) {
        keep.count('duplicates');
        return { state: seen, wakeAt: seen.time + within };
      }
      const latest = Math.max(time, seen?.time ?? time);
      return { state: { time: latest }, emit: [value], wakeAt: latest + within };
    },
    onAlarm: () => ({ state: undefined }),
  });
}
