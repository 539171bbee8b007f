import { filter, map, merge, type Observable } from 'rxjs';
import { type Keep, lateness } from './keep.ts';
import { type Message, withValue } from './message.ts';
import { ordered } from './ordered.ts';
import type { SchemaJson } from './schema-names.ts';
import type { Step } from './store.ts';

/** Orders tombstones behind the rows of the same time, and before the stream's records. */
const AFTER_ROWS = '0\uffff';

interface Sides<L, R> {
  readonly left: L | null;
  readonly right: R | null;
}

function sides<L, R>(left: Observable<Message<L>>, right: Observable<Message<R>>): Observable<Message<Sides<L, R>>> {
  return merge(
    left.pipe(map((message) => withValue<Sides<L, R>>(message, { left: message.value, right: null }))),
    right.pipe(map((message) => withValue<Sides<L, R>>(message, { left: null, right: message.value }))),
  );
}

/** Which row of a table a record meets: by key, as the row was at the time of the record. */
export interface TableJoinOptions<L, R, O> {
  readonly name: string;
  readonly streamSchema: SchemaJson;
  readonly tableSchema: SchemaJson;
  streamKey(message: Message<L>): string;
  tableKey(message: Message<R | null>): string;
  /** How long after its time (event time, ms) a record of either side may still come. */
  readonly grace?: number;
  /** Orders stream records of the same time, e.g. by event id. */
  tie(value: L): string;
  /** `row` is the table's row as of the record's own time; `undefined` when there is none. Return `undefined` to emit nothing. */
  join(value: L, row: R | undefined): O | undefined;
}

/**
 * Stream-table join by event time: each stream record meets the table as it was at the record's time (rows of the same
 * time included), whichever arrived first. A tombstone (`null`) deletes a row; it takes effect after everything that came before it.
 */
export function joinTable<L, R, O>(
  keep: Keep,
  stream: Observable<Message<L>>,
  table: Observable<Message<R | null>>,
  options: TableJoinOptions<L, R, O>,
): Observable<Message<O>> {
  interface Row {
    readonly row: R;
  }
  interface Item extends Sides<L, R> {
    readonly isTable: boolean;
  }
  const all = merge(
    stream.pipe(
      map((message) =>
        withValue<Item>(
          { ...message, key: options.streamKey(message) },
          { left: message.value, right: null, isTable: false },
        ),
      ),
    ),
    table.pipe(
      map((message) =>
        withValue<Item>(
          { ...message, key: options.tableKey(message) },
          { left: null, right: message.value, isTable: true },
        ),
      ),
    ),
  );
  return all.pipe(
    ordered<Item, Item, Row, O>(keep, {
      name: options.name,
      key: ({ key }) => key ?? '',
      item: {
        schema: {
          type: 'record',
          name: 'JoinItem',
          fields: [
            { name: 'left', type: ['null', options.streamSchema] },
            { name: 'right', type: ['null', options.tableSchema] },
            { name: 'isTable', type: 'boolean' },
          ],
        },
        of: (item) => item,
        tie: ({ left, right, isTable }) =>
          isTable
            ? right === null
              ? AFTER_ROWS
              : `0${JSON.stringify(right)}`
            : `1${left === null ? '' : options.tie(left)}`,
      },
      grace: options.grace ?? 0,
      schema: { type: 'record', name: 'JoinRow', fields: [{ name: 'row', type: options.tableSchema }] },
      onItem(state, { item: { left, right, isTable } }): Step<Row, O> {
        if (isTable) return { state: right === null ? undefined : { row: right } };
        const joined = left === null ? undefined : options.join(left, state?.row);
        // In a list of its own, for it may itself be a list.
        return { state, emit: joined === undefined ? undefined : [joined] };
      },
    }),
  );
}

/** Which records of two streams meet: by key, and by how far apart in event time. */
export interface StreamJoinOptions<L, R, O> {
  readonly name: string;
  readonly leftSchema: SchemaJson;
  readonly rightSchema: SchemaJson;
  leftKey(message: Message<L>): string;
  rightKey(message: Message<R>): string;
  /** Records meet when their times differ by at most this, ms. */
  readonly within: number;
  readonly grace?: number;
  /** `inner`: pairs only. `left`: also every left record that met nobody, once its time to meet has passed. */
  readonly kind: 'inner' | 'left';
  join(left: L, right: R | undefined): O;
}

interface Kept<T> {
  readonly time: number;
  readonly value: T;
  met: boolean;
}

/** Stream-stream join: every pair of one key whose times are at most `within` apart, once, when its second record comes. */
export function joinStreams<L, R, O>(
  keep: Keep,
  left: Observable<Message<L>>,
  right: Observable<Message<R>>,
  options: StreamJoinOptions<L, R, O>,
): Observable<Message<O>> {
  const { within, grace = 0, name } = options;
  interface Buffers {
    left: Kept<L>[];
    right: Kept<R>[];
  }
  interface Pair {
    readonly time: number;
    readonly value: O;
  }
  const kept = (item: string, schema: SchemaJson): SchemaJson => ({
    type: 'array',
    items: {
      type: 'record',
      name: item,
      fields: [
        { name: 'time', type: 'long' },
        { name: 'value', type: schema },
        { name: 'met', type: 'boolean' },
      ],
    },
  });
  const keyOf = (message: Message<Sides<L, R>>): string => {
    const { left: l, right: r } = message.value;
    return l !== null
      ? options.leftKey(withValue(message, l))
      : r !== null
        ? options.rightKey(withValue(message, r))
        : '';
  };
  const wake = (buffers: Buffers): number | undefined => {
    let first = Number.POSITIVE_INFINITY;
    for (const { time } of buffers.left) first = Math.min(first, time);
    for (const { time } of buffers.right) first = Math.min(first, time);
    return first === Number.POSITIVE_INFINITY ? undefined : first + within + grace + 1;
  };

  return sides(left, right).pipe(
    filter((message) => {
      const watermark = lateness(keep, message);
      if (message.time + grace + 1 > watermark) return true;
      keep.late(message, { store: name, key: keyOf(message), watermark, reason: `grace ${grace} ms has passed` });
      return false;
    }),
    keep.stateful<Sides<L, R>, Buffers, Pair>({
      name,
      key: keyOf,
      schema: {
        type: 'record',
        name: 'JoinBuffers',
        fields: [
          { name: 'left', type: kept('KeptLeft', options.leftSchema) },
          { name: 'right', type: kept('KeptRight', options.rightSchema) },
        ],
      },
      onMessage(state, { time, value }) {
        const buffers = state ?? { left: [], right: [] };
        const emit: Pair[] = [];
        const meets = (other: { readonly time: number }): boolean => Math.abs(other.time - time) <= within;
        if (value.left !== null) {
          const mine: Kept<L> = { time, value: value.left, met: false };
          for (const other of buffers.right.filter(meets)) {
            mine.met = true;
            emit.push({ time: Math.max(time, other.time), value: options.join(value.left, other.value) });
          }
          buffers.left.push(mine);
        } else if (value.right !== null) {
          for (const other of buffers.left.filter(meets)) {
            other.met = true;
            emit.push({ time: Math.max(time, other.time), value: options.join(other.value, value.right) });
          }
          buffers.right.push({ time, value: value.right, met: false });
        }
        return { state: buffers, emit, wakeAt: wake(buffers) };
      },
      onAlarm(buffers, at) {
        const over = ({ time }: { readonly time: number }): boolean => time + within + grace < at;
        const emit: Pair[] = [];
        if (options.kind === 'left') {
          for (const { time, value, met } of buffers.left) {
            if (over({ time }) && !met) emit.push({ time, value: options.join(value, undefined) });
          }
        }
        const rest = { left: buffers.left.filter((x) => !over(x)), right: buffers.right.filter((x) => !over(x)) };
        return { state: rest.left.length + rest.right.length === 0 ? undefined : rest, emit, wakeAt: wake(rest) };
      },
      timeOf: ({ time }) => time,
    }),
    map((message) => withValue(message, message.value.value)),
  );
}
