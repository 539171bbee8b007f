import { filter, type OperatorFunction } from 'rxjs';
import { iso } from './iso.ts';
import { type Keep, lateness } from './keep.ts';
import type { Message } from './message.ts';
import type { SchemaJson } from './schema-names.ts';
import type { WindowResult } from './windows.ts';

/** How the partials of a key and window become one value. */
export interface CombineOptions<P, O> {
  readonly name: string;
  /** Avro schema of a partial. */
  readonly schema: SchemaJson;
  by(partial: P): string;
  /** The partition that counted it. */
  part(partial: P): number;
  /** The window that it belongs to, ms, `end` exclusive. */
  window(partial: P): { readonly start: number; readonly end: number };
  /** As in the first stage, or longer. */
  readonly grace?: number;
  /** Combines the last partial of every part, in order of part. Pure. */
  merge(partials: readonly P[]): O;
}

/**
 * The second stage of an aggregate over another key: keeps the last cumulative partial of each part and combines them.
 * Emits at most once per commit, and once more with `closed` when the watermark has passed the window's end and grace.
 */
export function combine<P, O>(
  keep: Keep,
  options: CombineOptions<P, O>,
): OperatorFunction<Message<P>, Message<WindowResult<O>>> {
  const { grace = 0, name } = options;

  function result({ partials }: Parts<P>, closed: boolean): WindowResult<O> {
    const first = partials[0];
    if (first === undefined) throw new Error(`combine ${name}: a window without partials`);
    const { start, end } = options.window(first);
    return { key: options.by(first), start, end, value: options.merge(partials), closed };
  }

  const operator = keep.stateful<P, Parts<P>, WindowResult<O>>({
    name,
    key: ({ value }) => `${options.window(value).start}/${options.by(value)}`,
    schema: {
      type: 'record',
      name: 'Parts',
      fields: [{ name: 'partials', type: { type: 'array', items: options.schema } }],
    },
    onMessage(state, { value }) {
      const part = options.part(value);
      const partials = (state?.partials ?? []).filter((old) => options.part(old) !== part);
      partials.push(value);
      partials.sort((a, b) => options.part(a) - options.part(b));
      return { state: { partials }, wakeAt: options.window(value).end + grace };
    },
    onAlarm: (state) => ({ state: undefined, emit: result(state, true) }),
    onCommit: (state) => result(state, false),
    timeOf: ({ end }) => end - 1,
  });

  return (source) =>
    source.pipe(
      filter((message) => {
        const { start, end } = options.window(message.value);
        const watermark = lateness(keep, message);
        if (end + grace > watermark) return true;
        const reason = `window ends ${iso(end)}, grace ${grace} ms, watermark ${iso(watermark)}`;
        keep.late(message, {
          store: name,
          key: options.by(message.value),
          windowStart: start,
          windowEnd: end,
          watermark,
          reason,
        });
        return false;
      }),
      operator,
    );
}

interface Parts<P> {
  readonly partials: P[];
}
