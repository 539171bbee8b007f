import type { Log } from '../log/log.ts';

/** A group and the topics that it reads. */
export interface Reader {
  readonly group: string;
  readonly topics: readonly string[];
}

/**
 * Records that readers have yet to commit, by group. Ends are taken first and looked at again afterwards: outputs and
 * positions are committed together, so when nothing moved in between, nothing is under way.
 */
export async function lagOf(
  log: Log,
  readers: readonly Reader[],
): Promise<{ readonly total: number; readonly byGroup: ReadonlyMap<string, number>; readonly still: boolean }> {
  const ends = await endsOf(log);
  const positions = await log.positions();
  const again = await endsOf(log);
  const byGroup = new Map<string, number>();
  let total = 0;
  for (const { group, topics } of readers) {
    let lag = 0;
    for (const topic of topics) {
      const committed = positions.get(group)?.get(topic);
      ends.get(topic)?.forEach((end, partition) => {
        lag += Math.max(0, end - (committed?.[partition] ?? 0));
      });
    }
    byGroup.set(group, lag);
    total += lag;
  }
  const still = [...ends].every(([topic, partitions]) =>
    partitions.every((end, partition) => again.get(topic)?.[partition] === end),
  );
  return { total, byGroup, still };
}

async function endsOf(log: Log): Promise<ReadonlyMap<string, readonly number[]>> {
  return new Map((await log.topics()).map(({ name, offsets }) => [name, offsets.map(({ end }) => end)]));
}
