import type { OperatorFunction } from 'rxjs';
import type { Keep } from './keep.ts';
import type { Message } from './message.ts';
import { type ItemOptions, ordered } from './ordered.ts';
import type { SchemaJson } from './schema-names.ts';
import type { Emission, WindowResult } from './windows.ts';

/** Where one session ends and the next begins, and what is aggregated of each. */
export interface SessionOptions<V, X, A> {
  readonly name: string;
  /** A session ends when nothing has come for this long, ms. */
  readonly gap: number;
  /** A session is cut after this long, ms, even if it goes on. */
  readonly cap?: number;
  /** How long after its time (event time, ms) a record may still come. Later ones go to the late topic. */
  readonly grace?: number;
  by(message: Message<V>): string;
  readonly item: ItemOptions<V, X>;
  readonly aggregate: { readonly schema: SchemaJson; init(): A; add(accumulator: A, item: X): A };
  readonly emit: Exclude<Emission, 'each'>;
}

interface Open<A> {
  readonly start: number;
  end: number;
  accumulator: A;
}

/**
 * Session windows: `start` is the time of the first record, `end` that of the last plus 1 ms. Records enter in event-time
 * order, so that sessions, cut by `cap` or not, come out the same on every replay.
 */
export function sessionWindow<V, X, A>(
  keep: Keep,
  options: SessionOptions<V, X, A>,
): OperatorFunction<Message<V>, Message<WindowResult<A>>> {
  const { gap, cap = Number.POSITIVE_INFINITY, aggregate } = options;

  function result(open: Open<A>, key: string, closed: boolean): WindowResult<A> {
    return { key, start: open.start, end: open.end + 1, value: open.accumulator, closed };
  }

  return ordered<V, X, Open<A>, WindowResult<A>>(keep, {
    name: options.name,
    key: options.by,
    item: options.item,
    grace: options.grace ?? 0,
    schema: {
      type: 'record',
      name: 'OpenSession',
      fields: [
        { name: 'start', type: 'long' },
        { name: 'end', type: 'long' },
        { name: 'accumulator', type: aggregate.schema },
      ],
    },
    onItem(state, { time, item }) {
      // A session that had ended before `time` was closed by its alarm, which comes first.
      const open = state ?? { start: time, end: time, accumulator: aggregate.init() };
      open.end = time;
      open.accumulator = aggregate.add(open.accumulator, item);
      return { state: open, wakeAt: Math.min(open.end + gap, open.start + cap) };
    },
    onAlarm: (open, _at, key) => ({ state: undefined, emit: result(open, key, true) }),
    ...(options.emit === 'update' ? { onCommit: (open: Open<A>, key: string) => result(open, key, false) } : {}),
  });
}
