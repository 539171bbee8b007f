import type { Log, Member } from '../log/log.ts';
import type { Reader } from './caught-up.ts';

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to be read; `undefined`: nothing has been committed. */
  readonly committed: number | undefined;
  readonly end: number;
  readonly lag: number;
  /** Who owns it now. */
  readonly member: string | undefined;
}

export interface GroupLag {
  readonly group: string;
  readonly lag: number;
  readonly members: readonly Member[];
  /** Of the topics in which it has committed something, or is to. */
  readonly partitions: readonly PartitionLag[];
}

/**
 * How far each group that `mine` wants has read, by name. Offsets are counted: on Kafka and after compaction some hold no record.
 * @param readers who is to read what: what they have never read is all before them
 */
export async function groupLags(
  log: Log,
  mine: (group: string) => boolean,
  readers: readonly Reader[],
): Promise<readonly GroupLag[]> {
  // Positions first: an end that is older than a position would hide what came in between.
  const positions = await log.positions();
  const members = await log.members();
  const topics = new Map((await log.topics()).map(({ name, offsets }) => [name, offsets]));
  const wanted = new Map(readers.map((reader) => [reader.group, reader.topics]));
  return [...new Set([...positions.keys(), ...members.keys(), ...wanted.keys()])]
    .filter(mine)
    .sort()
    .map((group) => {
      const live = members.get(group) ?? [];
      const read = positions.get(group);
      const partitions = [...new Set([...(read?.keys() ?? []), ...(wanted.get(group) ?? [])])].flatMap((topic) =>
        (topics.get(topic) ?? []).map(({ start, end }, partition): PartitionLag => {
          const next = read?.get(topic)?.[partition];
          const lag = Math.max(0, end - Math.max(next ?? 0, start));
          const member = live.find((one) => one.partitions.includes(partition))?.name;
          return { topic, partition, committed: next, end, lag, member };
        }),
      );
      return { group, lag: partitions.reduce((sum, one) => sum + one.lag, 0), members: live, partitions };
    });
}

/** Behind, and nobody is there to catch up. */
export function isStranded({ lag, members }: GroupLag): boolean {
  return lag > 0 && members.length === 0;
}
