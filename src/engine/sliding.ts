import type { OperatorFunction } from 'rxjs';
import type { Keep } from './keep.ts';
import type { Message } from './message.ts';
import { type ItemOptions, ordered } from './ordered.ts';
import type { WindowResult } from './windows.ts';

/** How far a window looks back from each record, and what is aggregated in it. */
export interface SlidingOptions<V, X, A> {
  readonly name: string;
  /** Length of a window, ms. */
  readonly size: number;
  /** How long after its time (event time, ms) a record may still come. Later ones go to the late topic. */
  readonly grace?: number;
  by(message: Message<V>): string;
  /** What is remembered of a record while a window may need it. */
  readonly item: ItemOptions<V, X>;
  readonly aggregate: { init(): A; add(accumulator: A, item: X): A };
}

/**
 * For every record, once the watermark has passed its time and `grace`: the aggregate of its key's records in
 * (time − size, time].
 */
export function slidingWindow<V, X, A>(
  keep: Keep,
  options: SlidingOptions<V, X, A>,
): OperatorFunction<Message<V>, Message<WindowResult<A>>> {
  const { size, aggregate, item } = options;
  return ordered<V, X, Trail<X>, WindowResult<A>>(keep, {
    name: options.name,
    key: options.by,
    item,
    grace: options.grace ?? 0,
    schema: {
      type: 'record',
      name: 'Trail',
      fields: [
        {
          name: 'items',
          type: {
            type: 'array',
            items: {
              type: 'record',
              name: 'TrailItem',
              fields: [
                { name: 'time', type: 'long' },
                { name: 'item', type: item.schema },
              ],
            },
          },
        },
      ],
    },
    onItem(state, { time, item: latest }, key) {
      const items = (state?.items ?? []).filter((old) => old.time > time - size);
      items.push({ time, item: latest });
      const value = items.reduce((accumulator, old) => aggregate.add(accumulator, old.item), aggregate.init());
      return {
        state: { items },
        wakeAt: time + size,
        emit: { key, start: time - size + 1, end: time + 1, value, closed: true },
      };
    },
    onAlarm: () => ({ state: undefined }),
  });
}

interface Trail<X> {
  readonly items: { readonly time: number; readonly item: X }[];
}
