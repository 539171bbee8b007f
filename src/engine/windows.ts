import type { OperatorFunction } from 'rxjs';
import { iso } from './iso.ts';
import { type Keep, lateness } from './keep.ts';
import type { Message } from './message.ts';
import type { SchemaJson } from './schema-names.ts';

/** A fold. `add` may mutate the accumulator and return it. */
export interface Aggregate<V, A> {
  /** Avro schema of the accumulator. */
  readonly schema: SchemaJson;
  /** @param key that of the window */
  init(key: string): A;
  add(accumulator: A, value: V, message: Message<V>): A;
}

/** `each`: on every record. `update`: at most once per key and commit, and once more when the window closes. `close`: once, when the watermark passes its end and grace. */
export type Emission = 'each' | 'update' | 'close';

/** What a window gives: its key, its span of event time (ms, the end exclusive), its value, and whether it has closed. */
export interface WindowResult<A> {
  readonly key: string;
  /** Inclusive, ms. */
  readonly start: number;
  /** Exclusive, ms. */
  readonly end: number;
  readonly value: A;
  /** The watermark has passed end + grace: this is the last word. */
  readonly closed: boolean;
}

interface WindowOptions<V, A> {
  readonly name: string;
  /** Length of a window, ms. */
  readonly size: number;
  /** How long after its end (by event time, ms) a window still takes records. Later ones go to the late topic. */
  readonly grace?: number;
  /** The key under which a record counts; a list where it counts under several. */
  by(message: Message<V>): string | readonly string[];
  readonly aggregate: Aggregate<V, A>;
}

/** Windows side by side: a record is in one. */
export interface TumblingOptions<V, A> extends WindowOptions<V, A> {
  /** ms added to the epoch's grid, e.g. a time zone's offset for days. */
  readonly offset?: number;
  readonly emit: Emission;
}

/** Windows of one size that begin at every multiple of a step, so that a record may be in several. */
export interface HoppingOptions<V, A> extends TumblingOptions<V, A> {
  /** A window starts every `hop` ms. */
  readonly hop: number;
}

/** Windows of `size` side by side. */
export function tumblingWindow<V, A>(
  keep: Keep,
  options: TumblingOptions<V, A>,
): OperatorFunction<Message<V>, Message<WindowResult<A>>> {
  return hoppingWindow(keep, { ...options, hop: options.size });
}

interface Open<A> {
  readonly key: string;
  readonly start: number;
  accumulator: A;
}

/** Windows of `size` that start every `hop`: a record falls into size / hop of them. */
export function hoppingWindow<V, A>(
  keep: Keep,
  options: HoppingOptions<V, A>,
): OperatorFunction<Message<V>, Message<WindowResult<A>>> {
  const { size, hop, aggregate, emit, name, offset = 0, grace = 0 } = options;
  if (!(size > 0 && hop > 0 && hop <= size))
    throw new RangeError(`window ${name}: needs 0 < hop <= size, got hop ${hop}, size ${size}`);

  function result({ key, start, accumulator }: Open<A>, closed: boolean): WindowResult<A> {
    return { key, start, end: start + size, value: accumulator, closed };
  }

  const storeKey = rememberedStoreKeys();

  /** Keys of the windows that are open for the message; it comes too late for the others. */
  function place(message: Message<V>): string | readonly string[] {
    const by = options.by(message);
    const watermark = lateness(keep, message);
    const last = Math.floor((message.time - offset) / hop) * hop + offset;
    if (typeof by === 'string' && hop === size && last + size + grace > watermark) return storeKey(last, by);
    const open: string[] = [];
    for (const key of typeof by === 'string' ? [by] : by) {
      for (let start = last; start > message.time - size; start -= hop) {
        if (start + size + grace > watermark) {
          open.push(storeKey(start, key));
          continue;
        }
        const reason = `window ends ${iso(start + size)}, grace ${grace} ms, watermark ${iso(watermark)}`;
        keep.late(message, { store: name, key, windowStart: start, windowEnd: start + size, watermark, reason });
      }
    }
    return open;
  }

  return keep.stateful<V, Open<A>, WindowResult<A>>({
    name,
    key: place,
    schema: {
      type: 'record',
      name: 'Window',
      fields: [
        { name: 'key', type: 'string' },
        { name: 'start', type: 'long' },
        { name: 'accumulator', type: aggregate.schema },
      ],
    },
    onMessage(state, message, store) {
      const open = state ?? opened(store, aggregate);
      open.accumulator = aggregate.add(open.accumulator, message.value, message);
      return {
        state: open,
        wakeAt: open.start + size + grace,
        emit: emit === 'each' ? result(open, false) : undefined,
      };
    },
    onAlarm: (open) => ({ state: undefined, emit: emit === 'each' ? undefined : result(open, true) }),
    ...(emit === 'update' ? { onCommit: (open: Open<A>) => result(open, false) } : {}),
    timeOf: ({ end }) => end - 1,
  });
}

function opened<A>(store: string, { init }: { init(key: string): A }): Open<A> {
  const slash = store.indexOf('/');
  const key = store.slice(slash + 1);
  return { key, start: Number(store.slice(0, slash)), accumulator: init(key) };
}

const remembered = 4096;

/** `<start>/<key>` of windows. Most records fall into few of them, and making a text costs more than finding it. */
function rememberedStoreKeys(): (start: number, key: string) => string {
  const starts = new Map<number, Map<string, string>>();
  let size = 0;
  return (start, key) => {
    let known = starts.get(start);
    const found = known?.get(key);
    if (found !== undefined) return found;
    if (size >= remembered) {
      starts.clear();
      size = 0;
      known = undefined;
    }
    if (known === undefined) {
      known = new Map();
      starts.set(start, known);
    }
    const made = `${start}/${key}`;
    known.set(key, made);
    size++;
    return made;
  };
}
