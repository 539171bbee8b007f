import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log/log.ts';

/** A group and the topics that it reads. */
export interface Reader {
  readonly group: string;
  readonly topics: readonly string[];
}

/**
 * Records that readers have yet to commit. Ends are taken first and looked at again afterwards: outputs and
 * positions are committed together, so when nothing moved in between, nothing is under way.
 */
async function lagOf(
  log: Log,
  readers: readonly Reader[],
): Promise<{ readonly total: number; readonly still: boolean }> {
  const ends = await endsOf(log);
  const positions = await log.positions(readers.map(({ group }) => group));
  const again = await endsOf(log);
  let total = 0;
  for (const { group, topics } of readers) {
    for (const topic of topics) {
      const committed = positions.get(group)?.get(topic);
      ends.get(topic)?.forEach((end, partition) => {
        total += Math.max(0, end - (committed?.[partition] ?? 0));
      });
    }
  }
  const still = [...ends].every(([topic, partitions]) =>
    partitions.every((end, partition) => again.get(topic)?.[partition] === end),
  );
  return { total, still };
}

/**
 * ms after which what nobody here has taken over must be another process's. Until one or the other, a table that was deleted
 * would look as if it had everything.
 */
export const OTHERS_OWN_IT = 12_000;

export interface CatchingUp {
  readonly readers: readonly Reader[];
  /** Partitions of sinks that have been taken over so far, and how many there are. */
  taken(): number;
  readonly toTake: number;
  /** When they were started, by `performance.now()`. */
  readonly since: number;
}

/** Resolves when every reader has committed all there is, or when `signal` aborts. */
export async function untilCaughtUp(
  log: Log,
  { readers, taken, toTake, since }: CatchingUp,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const agreed = taken() >= toTake || performance.now() - since > OTHERS_OWN_IT;
    const { total, still } = await lagOf(log, readers);
    if (agreed && total === 0 && still) return;
    await sleep(50, undefined, { signal }).catch(() => {});
  }
}

async function endsOf(log: Log): Promise<ReadonlyMap<string, readonly number[]>> {
  return new Map((await log.topics()).map(({ name, offsets }) => [name, offsets.map(({ end }) => end)]));
}
