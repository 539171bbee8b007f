import type { Batch } from '../log.ts';
import type { Fetching } from './fetching.ts';
import { Queue } from './queue.ts';

/** A place in a partition to read from, and where to stop: `end` is not read any more. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  /** Infinity: wait for more. */
  readonly end: number;
}

/**
 * Batches of one partition, with one piece fetched ahead. Ends at the place's end or when `signal` aborts. Who waits for more is
 * given those without a record as well, which move on past markers of transactions: up to a partition's end there may be nothing else.
 */
export async function* readPlace(
  fetching: Fetching,
  { topic, partition, from, end }: Place,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch, void, undefined> {
  const left = new AbortController();
  const until = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  const fresh = end !== Number.POSITIVE_INFINITY;
  const ask = (offset: number) => fetching.next({ topic, partition, offset, fresh }, until);
  try {
    for (let at = from, asked = at < end ? ask(at) : undefined; asked !== undefined; ) {
      const piece = await asked;
      if (piece === undefined) return;
      at = Math.min(piece.next, end);
      asked = at < end ? ask(at) : undefined;
      // Thrown when it is waited for; until then it must not count as unhandled.
      asked?.catch(() => {});
      const records = piece.next > end ? piece.records.filter(({ offset }) => offset < end) : piece.records;
      if (records.length > 0 || end === Number.POSITIVE_INFINITY)
        yield { topic, partition, records, next: at, end: piece.end };
    }
  } finally {
    left.abort();
  }
}

/** What several sources give, as it comes; each is asked for its next only when its last has been taken. */
export async function* merged(
  sources: readonly AsyncGenerator<Batch, void, undefined>[],
): AsyncGenerator<Batch, void, undefined> {
  const ready = new Queue<{ readonly source: AsyncGenerator<Batch, void, undefined>; readonly batch: Batch }>();
  let open = sources.length;
  const pull = async (source: AsyncGenerator<Batch, void, undefined>): Promise<void> => {
    try {
      const { done, value } = await source.next();
      if (done !== true) ready.push({ source, batch: value });
      else if (--open === 0) ready.end();
    } catch (error) {
      ready.fail(error);
    }
  };
  if (open === 0) return;
  try {
    for (const source of sources) void pull(source);
    for await (const { source, batch } of ready) {
      yield batch;
      void pull(source);
    }
  } finally {
    // Not waited for: one that waits for records ends when its signal aborts.
    for (const source of sources) void source.return().catch(() => {});
  }
}
