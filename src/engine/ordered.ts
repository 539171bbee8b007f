import type { OperatorFunction } from 'rxjs';
import { filter, map } from 'rxjs';
import { type Keep, lateness } from './keep.ts';
import { type Message, withValue } from './message.ts';
import type { SchemaJson } from './schema-names.ts';
import type { Step } from './store.ts';

/** The part of a value that has to wait in state, with its Avro schema. */
export interface ItemOptions<V, X> {
  readonly schema: SchemaJson;
  of(value: V): X;
  /** Orders items of the same time, so that every replay takes them in the same order, e.g. an event id. */
  tie(item: X): string;
}

/** A record's part that waits in state until its turn, in event-time order. */
export interface Timed<X> {
  readonly time: number;
  readonly item: X;
}

/** What waits for the watermark to be taken in order of time, and how it is kept meanwhile. */
export interface OrderedOptions<V, X, S, O> {
  readonly name: string;
  key(message: Message<V>): string;
  readonly item: ItemOptions<V, X>;
  /** How long after its time (event time, ms) an item's turn comes, for records out of order. */
  readonly grace?: number;
  readonly schema: SchemaJson;
  onItem(state: S | undefined, timed: Timed<X>, key: string): Step<S, O>;
  /** Alarms and items come in one order: an alarm at t before the items of t. */
  onAlarm?(state: S, at: number, key: string): Step<S, O>;
  onCommit?(state: S, key: string): O | undefined;
}

interface Waiting<X, S> {
  readonly items: Timed<X>[];
  inner: S | null;
  wakeAt: number | null;
  /** The inner state has changed since the last commit; not stored. */
  touched?: boolean;
}

/**
 * The stateful primitive in event-time order: records wait in state until the watermark has passed them, so that the fold
 * sees one and the same sequence however partitions, batches and restarts fall. Records behind it are late.
 */
export function ordered<V, X, S, O>(
  keep: Keep,
  options: OrderedOptions<V, X, S, O>,
): OperatorFunction<Message<V>, Message<O>> {
  const { name, item, grace = 0 } = options;

  function earlier(a: Timed<X>, b: Timed<X>): boolean {
    return a.time !== b.time ? a.time < b.time : item.tie(a.item) < item.tie(b.item);
  }

  function insert(items: Timed<X>[], timed: Timed<X>): void {
    let at = items.length;
    for (let before = items[at - 1]; before !== undefined && earlier(timed, before); before = items[at - 1]) at--;
    items.splice(at, 0, timed);
  }

  function next(state: Waiting<X, S>): number {
    const first = state.items[0];
    const turn = first === undefined ? Number.POSITIVE_INFINITY : first.time + grace + 1;
    return Math.min(turn, state.wakeAt === null ? Number.POSITIVE_INFINITY : state.wakeAt + grace);
  }

  function settle(state: Waiting<X, S>, emit: Timed<O>[]): Step<Waiting<X, S>, Timed<O>> {
    if (state.inner === null && state.items.length === 0) return { state: undefined, emit };
    const wakeAt = next(state);
    return { state, emit, wakeAt: wakeAt === Number.POSITIVE_INFINITY ? undefined : wakeAt };
  }

  const operator = keep.stateful<V, Waiting<X, S>, Timed<O>>({
    name,
    key: options.key,
    schema: {
      type: 'record',
      name: 'Waiting',
      fields: [
        {
          name: 'items',
          type: {
            type: 'array',
            items: {
              type: 'record',
              name: 'WaitingItem',
              fields: [
                { name: 'time', type: 'long' },
                { name: 'item', type: item.schema },
              ],
            },
          },
        },
        { name: 'inner', type: ['null', options.schema] },
        { name: 'wakeAt', type: ['null', 'long'] },
      ],
    },
    onMessage(state, { time, value }) {
      const waiting = state ?? { items: [], inner: null, wakeAt: null };
      insert(waiting.items, { time, item: item.of(value) });
      return settle(waiting, []);
    },
    onAlarm(waiting, at, key) {
      const emit: Timed<O>[] = [];
      const apply = (step: Step<S, O>, time: number): void => {
        waiting.inner = step.state ?? null;
        waiting.touched = true;
        waiting.wakeAt = step.state === undefined ? null : (step.wakeAt ?? null);
        if (Array.isArray(step.emit)) for (const value of step.emit) emit.push({ time, item: value });
        else if (step.emit !== undefined) emit.push({ time, item: step.emit as O });
      };
      while (next(waiting) <= at) {
        const first = waiting.items[0];
        if (waiting.wakeAt !== null && (first === undefined || waiting.wakeAt <= first.time)) {
          const due = waiting.wakeAt;
          waiting.wakeAt = null;
          if (waiting.inner !== null && options.onAlarm !== undefined)
            apply(options.onAlarm(waiting.inner, due, key), due);
        } else if (first !== undefined) {
          waiting.items.shift();
          apply(options.onItem(waiting.inner ?? undefined, first, key), first.time);
        }
      }
      return settle(waiting, emit);
    },
    onCommit(waiting, key) {
      if (waiting.inner === null || waiting.touched !== true) return undefined;
      waiting.touched = false;
      const emitted = options.onCommit?.(waiting.inner, key);
      return emitted === undefined ? undefined : { time: keep.watermark, item: emitted };
    },
    timeOf: ({ time }) => time,
  });

  return (source) =>
    source.pipe(
      filter((message) => {
        const watermark = lateness(keep, message);
        if (message.time + grace + 1 > watermark) return true;
        keep.late(message, {
          store: name,
          key: options.key(message),
          watermark,
          reason: `grace ${grace} ms has passed`,
        });
        return false;
      }),
      operator,
      map((message) => withValue(message, message.value.item)),
    );
}
