/** The way of one partition of a topic into a sink, while it is ours: one way for each kind of store. */
import type { DeadLetter } from '../../schemas/generated.ts';
import { quoted } from '../../schemas/quoted.ts';
import type { Log, Owned } from '../../src/log/log.ts';
import type { Boundaries } from './boundary.ts';
import type { RecordDecoder, Refused } from './decode.ts';
import { gather, type Range } from './gather.ts';
import { readRange, steadyBatches } from './reading.ts';
import { type Backoff, type OnRetry, retrying } from './retry.ts';
import {
  type BatchLimits,
  type IdempotentSink,
  type SinkBatch,
  SinkError,
  type TopicPartition,
  type TransactionalSink,
} from './sink.ts';
import type { Turn } from './turns.ts';

export interface Delivery {
  /** The sink's. */
  readonly name: string;
  readonly log: Log;
  readonly owned: Owned;
  /** The topic's name on the log; a batch carries its name within the shop. */
  readonly physical: string;
  readonly at: TopicPartition;
  readonly decode: RecordDecoder;
  readonly limits: BatchLimits;
  /** Among all partitions of the sink. */
  readonly turn: Turn;
  /** Asks to finish the commit in hand and return. */
  readonly signal: AbortSignal;
  /** From when it aborts, records do not wait for more at the end of the log. */
  readonly hurry?: AbortSignal | undefined;
  readonly backoff?: Backoff | undefined;
  /** The partition is ours, and the group's position agrees with the store's: that is where it goes on. */
  readonly onTaken: (next: number) => void;
  readonly onRetry?: OnRetry | undefined;
  readonly onRange: (range: Range) => void;
}

/** Rows and position in the store's own transaction; the group's position follows. */
export async function deliverRows(delivery: Delivery, sink: TransactionalSink): Promise<void> {
  const taken = await patiently(delivery, () => sink.take(delivery.at));
  const from = taken.position;
  // Whatever the group says, the store knows: a restored, emptied or deleted database shows its lag again.
  const group = await groupPosition(delivery);
  if ((group ?? 0) !== (from ?? 0)) {
    await commitPosition(delivery, from ?? 0);
  }
  await eachRange(delivery, from, async (range) => {
    const batch = await decoded(delivery, range);
    await patiently(delivery, () => taken.write(batch));
  });
}

/** Boundary and dead letters on the log, then the files, then the group's position; after a crash the last boundary's files once more. */
export async function deliverRanges(delivery: Delivery, sink: IdempotentSink, boundaries: Boundaries): Promise<void> {
  const { owned, physical, at } = delivery;
  const put = (batch: SinkBatch, again: boolean) => patiently(delivery, () => sink.put(batch, again));
  let from = await groupPosition(delivery);
  const { layout } = sink;
  const last = await patiently(delivery, () => boundaries.last(physical, at.partition));
  if (last !== undefined && last.layout !== '' && last.layout !== layout) {
    const what = `the files of ${at.topic} are ${last.layout}, and the settings say ${layout}`;
    throw new SinkError(
      'REFUSED',
      `${sink.name}: ${what}: a folder is of one layout. Set EBB_LAKE_FORMAT and EBB_LAKE_BY to what they were, or have all written anew by ebb reset`,
    );
  }
  // The boundary counts also when the group was forgotten: what it covers is in the files already.
  if (last !== undefined && (from ?? 0) <= last.lastOffset) {
    const whole = await inTurn(delivery, async () => {
      const range = await readAgain(delivery, last.firstOffset, last.lastOffset);
      return range !== undefined && put(await decoded(delivery, range), true).then(() => true);
    });
    if (!whole) {
      return;
    }
    from = last.lastOffset + 1;
    await commitPosition(delivery, from);
  }
  await eachRange(delivery, from, async (range) => {
    const [firstOffset, lastOffset] = [range.first, range.next - 1];
    const boundary = { sink: sink.name, topic: physical, partition: at.partition, firstOffset, lastOffset, layout };
    const batch = await decoded(delivery, range);
    await patiently(delivery, () => boundaries.commit(owned, boundary, batch.refused));
    await put(batch, false);
  });
}

/** Writes range after range, each in its turn, and commits the group's position after each; ticks alone move only that. */
async function eachRange(
  delivery: Delivery,
  from: number | undefined,
  write: (range: Range) => Promise<void>,
): Promise<void> {
  const { owned, physical, limits, signal, turn, hurry } = delivery;
  delivery.onTaken(from ?? 0);
  const batches = steadyBatches(owned, physical, from, (work) => patiently(delivery, work));
  try {
    const until = AbortSignal.any([signal, owned.signal]);
    for await (const range of gather(batches, from ?? 0, limits, until, turn, hurry)) {
      if (range.records.length > 0) {
        const written = await inTurn(delivery, async () => !signal.aborted && write(range).then(() => true));
        if (!written) {
          return;
        }
      }
      await commitPosition(delivery, range.next);
      delivery.onRange(range);
    }
  } finally {
    turn.release();
  }
}

async function inTurn<T>({ turn }: Delivery, work: () => Promise<T>): Promise<T> {
  await turn.hold();
  try {
    return await work();
  } finally {
    turn.release();
  }
}

async function decoded(delivery: Delivery, range: Range): Promise<SinkBatch> {
  const { decode, at } = delivery;
  const { records, refused, schema } = await patiently(delivery, () => decode(range.records));
  const { first, next } = range;
  const letter = (offset: number, code: string, reason: string) => {
    const record = range.records.find((one) => one.offset === offset);
    if (record === undefined) {
      throw new RangeError(`no record ${offset} in ${at.topic}/${at.partition} from ${first} to ${next}`);
    }
    return deadLetter(delivery, { record, code, reason });
  };
  return { ...at, first, next, records, refused: refused.map((one) => deadLetter(delivery, one)), letter, schema };
}

function deadLetter({ name, physical: topic, at }: Delivery, { record, code, reason }: Refused): DeadLetter {
  const { key, value, reason: message } = quoted(record.key, record.value, reason);
  const [{ offset }, { partition }] = [record, at];
  return { topology: `sink.${name}`, topic, partition, offset, code, message, key, value };
}

/** The range of the last boundary once more; `undefined` when told to stop before all of it was read. */
function readAgain(delivery: Delivery, first: number, last: number): Promise<Range | undefined> {
  const { log, owned, physical, at } = delivery;
  const signal = AbortSignal.any([delivery.signal, owned.signal]);
  const place = { topic: physical, partition: at.partition };
  return patiently(delivery, () => readRange(log, place, first, last, signal));
}

async function groupPosition(delivery: Delivery): Promise<number | undefined> {
  return (await patiently(delivery, () => delivery.owned.positions()))[delivery.physical];
}

async function commitPosition(delivery: Delivery, next: number): Promise<void> {
  const positions = { [delivery.physical]: next };
  await patiently(delivery, () => delivery.owned.commit({ appends: [], positions }));
}

function patiently<T>({ signal, backoff, onRetry }: Delivery, work: () => Promise<T>): Promise<T> {
  return retrying(work, signal, backoff, onRetry);
}
