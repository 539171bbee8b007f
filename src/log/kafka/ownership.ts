import { type Batch, LogError, type Owned, type Positions, type Transaction } from '../log.ts';
import type { Fetching } from './fetching.ts';
import type { Groups } from './groups.ts';
import type { Held, Membership } from './membership.ts';
import { merged, readPlace } from './reading.ts';
import type { TransactionalProducer } from './transactions.ts';

export interface Ownership {
  readonly held: Held;
  readonly group: string;
  readonly topics: readonly string[];
  readonly membership: Membership;
  /** Of this partition number, and fenced. */
  readonly producer: TransactionalProducer;
  readonly groups: Groups;
  readonly fetching: Fetching;
  /** Does what closing the log waits for. */
  work<T>(work: () => Promise<T>): Promise<T>;
}

/** A held partition number as the port has it. */
export function ownedPartition(ownership: Ownership): Owned {
  const { held, group, topics, membership, producer, groups, work } = ownership;
  const { partition, signal } = held;
  let committing: Promise<unknown> = Promise.resolve();
  const commit = async ({ appends, positions }: Transaction): Promise<void> => {
    try {
      await producer.commit({ appends, offsets: { group, partition, positions } });
    } catch (error) {
      if (error instanceof LogError && error.code === 'FENCED') membership.lost(held);
      throw error;
    }
  };
  return {
    partition,
    signal,
    positions: () => work(() => groups.positionsOf(group, topics, partition)),
    batches: (from) => batchesOf(ownership, from),
    commit: (transaction) => {
      if (signal.aborted) return Promise.reject(lost(group, partition));
      const committed = committing.then(() => work(() => commit(transaction)));
      committing = committed.catch(() => {});
      return committed;
    },
  };
}

function batchesOf(
  { held: { partition, signal }, topics, fetching }: Ownership,
  from: Positions,
): AsyncGenerator<Batch, void, undefined> {
  const named = Object.keys(from);
  const sources = (named.length === 0 ? topics : named).map((topic) => {
    const place = { topic, partition, from: from[topic] ?? 0, end: Number.POSITIVE_INFINITY };
    return readPlace(fetching, place, signal);
  });
  const [first, ...others] = sources;
  return first !== undefined && others.length === 0 ? first : merged(sources);
}

function lost(group: string, partition: number): LogError {
  const next = 'Nothing was committed; its owner goes on from the last commit.';
  return new LogError(
    'REBALANCED',
    `Partition ${partition} of group ${group} is no longer held by this member. ${next}`,
  );
}
