import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Keep } from './keep.ts';
import type { Message } from './message.ts';

/**
 * Drops repeats of an id within a span of event time, for writers that deliver at least once. Repeats are counted
 * (metric `duplicates`); the first one passes.
 * @param within how long an id is remembered, ms of event time after the first
 */
export function deduplicate<V>(
  keep: Keep,
  options: { readonly name: string; id(message: Message<V>): string; readonly within: number },
): MonoTypeOperatorFunction<Message<V>> {
  return keep.stateful<V, { readonly time: number }, V>({
    name: options.name,
    key: options.id,
    schema: { type: 'record', name: 'Seen', fields: [{ name: 'time', type: 'long' }] },
    onMessage(seen, { time, value }) {
      if (seen === undefined) return { state: { time }, emit: value, wakeAt: time + options.within };
      keep.count('duplicates');
      return { state: seen, wakeAt: seen.time + options.within };
    },
    onAlarm: () => ({ state: undefined }),
  });
}
