import { isTick } from '../../src/engine/tick.ts';
import type { Batch, LogRecord } from '../../src/log/log.ts';
import type { BatchLimits } from './sink.ts';
import type { Turn } from './turns.ts';

/** The records at the offsets `first`..`next - 1` of one partition, without its ticks. */
export interface Range {
  readonly first: number;
  readonly next: number;
  readonly records: readonly LogRecord[];
  /** End of the partition when it was last seen. */
  readonly end: number;
}

/**
 * Cuts a partition's batches into ranges: full ones while there is more to read, and at the end of the log what there is
 * after `linger`, or soon once `hurry` aborts. Ends when the batches do, or when `signal` aborts; what is in hand is then left for the next time.
 * Holds at most the limits and one batch, and while it waits for its turn one batch: what waits long in memory is costly.
 * The turn is held while a range is filled, and may still be when it is given; whoever takes the range releases it.
 */
export async function* gather(
  batches: AsyncIterable<Batch>,
  from: number,
  limits: BatchLimits,
  signal: AbortSignal,
  turn: Turn,
  hurry: AbortSignal = calm,
): AsyncGenerator<Range, void, undefined> {
  const iterator = batches[Symbol.asyncIterator]();
  const open = opened(from, limits, hurry);
  let coming: Promise<IteratorResult<Batch, unknown>> | undefined;
  let silent = false;
  try {
    while (!signal.aborted) {
      if (open.behind() && !silent) {
        await turn.hold();
      } else {
        turn.release();
      }
      coming ??= iterator.next();
      const wait = open.wait();
      const longest = turn.held ? Math.min(wait ?? patience, patience) : wait;
      const outcome = await raced(coming, { signal, hurry, milliseconds: longest });
      if (outcome === 'aborted') {
        return;
      }
      if (outcome === 'time') {
        // Others work while a log that has more does not give it.
        silent = true;
        if (open.wait() === 0) {
          yield open.cut();
        }
        continue;
      }
      if (outcome.done === true) {
        return;
      }
      silent = false;
      coming = undefined;
      yield* open.add(outcome.value);
    }
  } finally {
    // A pending next() ends when its own signal aborts: waiting for it here could be for ever.
    coming?.catch(() => undefined);
    iterator.return?.()?.catch(() => undefined);
  }
}

/** How long (ms) the turn is held for a batch that should be there. */
const patience = 50;

/** When there is more to read, it is waited for; a log that does not give it for so long (ms) is not. */
const stalled = 5_000;

/** How long (ms) records wait at the end of the log where nothing more is expected. */
const hurried = 200;
const calm = new AbortController().signal;

/** The range being gathered. */
function opened(from: number, limits: BatchLimits, hurry: AbortSignal) {
  let first = from;
  let next = from;
  let end = from;
  let bytes = 0;
  let records: LogRecord[] = [];
  let since = 0;

  function cut(): Range {
    const range = { first, next, records, end };
    first = next;
    records = [];
    bytes = 0;
    return range;
  }

  function* add(batch: Batch): Generator<Range, void, undefined> {
    end = batch.end;
    for (const record of batch.records) {
      next = record.offset + 1;
      if (isTick(record)) {
        continue;
      }
      if (records.length === 0) {
        since = performance.now();
      }
      records.push(record);
      bytes += bytesOf(record);
      if (records.length >= limits.records || bytes >= limits.bytes) {
        yield cut();
      }
    }
    next = batch.next;
    // Ticks alone do not wait: what is read shows as read.
    if (next >= end && next > first && (records.length === 0 || wait() === 0)) {
      yield cut();
    }
  }

  /** Milliseconds until what is in hand must go; `undefined`: nothing is. */
  function wait(): number | undefined {
    if (records.length === 0) {
      return undefined;
    }
    const linger = hurry.aborted ? Math.min(limits.linger, hurried) : limits.linger;
    const longest = next < end ? Math.max(linger, stalled) : linger;
    return Math.max(0, since + longest - performance.now());
  }

  /** Whether there is something in hand, and more to read. */
  function behind(): boolean {
    return records.length > 0 && next < end;
  }

  return { add, behind, cut, wait };
}

/** Of key and value, without a view of either where they are packed. */
function bytesOf(record: LogRecord): number {
  const { packed } = record;
  if (packed === undefined) return (record.key?.length ?? 0) + (record.value?.length ?? 0);
  return Math.max(0, packed.valueEnd - packed.valueAt) + Math.max(0, packed.keyEnd - packed.keyAt);
}

interface Wait {
  readonly signal: AbortSignal;
  /** Changes how long is waited: the time is up when it aborts. */
  readonly hurry: AbortSignal;
  readonly milliseconds: number | undefined;
}

/** `coming`, unless the signal aborts or the time is up first. Leaves nothing behind that a long life would pile up. */
async function raced<T>(coming: Promise<T>, { signal, hurry, milliseconds }: Wait): Promise<T | 'aborted' | 'time'> {
  const { promise, resolve } = Promise.withResolvers<'aborted' | 'time'>();
  const abort = () => resolve('aborted');
  const up = () => resolve('time');
  signal.addEventListener('abort', abort, { once: true });
  hurry.addEventListener('abort', up, { once: true });
  const timer = milliseconds === undefined ? undefined : setTimeout(up, milliseconds);
  try {
    return await Promise.race([coming, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    hurry.removeEventListener('abort', up);
  }
}
