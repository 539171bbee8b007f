import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from '../avro/registry.ts';
import { type RunOptions, runTopologies } from '../engine/runner.ts';
import type { Topology } from '../engine/topology.ts';
import type { Log } from '../log/log.ts';

export interface UnevenOptions {
  readonly log: Log;
  readonly registry: Registry;
  readonly shop: string;
  readonly topologies: readonly Topology[];
  /** Reads its partitions one at a time, each to its end, while the others read all of theirs as usual. */
  readonly slow: Topology;
  /** The order in which it does so. */
  readonly order: readonly number[];
}

/** Runs topologies until they have nothing left to read, one of them on a very uneven schedule. */
export async function runUnevenly({ slow, order, ...options }: UnevenOptions): Promise<void> {
  for (const partition of order) {
    const stop = new AbortController();
    const { log } = options;
    const running = await runTopologies({
      ...options,
      log: onlyPartition(log, `${options.shop}.${slow.name}.${slow.version}`, partition),
      partitions: order.length,
      signal: stop.signal,
      // Small commits, so that much happens between those of one partition and those of another.
      commit: { interval: 5, records: 200 },
      now: () => performance.now(),
    } satisfies RunOptions);
    const readers = running.plans.map(({ group, inputs, topology }) => ({
      group,
      topics: [...inputs.values()].map(({ physical }) => physical),
      partitions: topology === slow ? [partition] : order,
    }));
    const quiet = async (): Promise<boolean> => {
      const ends = new Map((await log.topics()).map(({ name, offsets }) => [name, offsets]));
      const positions = await log.positions();
      return readers.every(({ group, topics, partitions }) =>
        topics.every((topic) =>
          partitions.every((one) => {
            const end = ends.get(topic)?.[one]?.end ?? 0;
            return end === (positions.get(group)?.get(topic)?.[one] ?? 0);
          }),
        ),
      );
    };
    // Twice: what is read last may be written on between the look at the ends and the look at the positions.
    while (!(await quiet()) || !(await quiet())) await sleep(20);
    stop.abort();
    await running.done;
  }
}

/** A log on which one group is given one partition only; what it reads of the others is left for later. */
function onlyPartition(log: Log, group: string, partition: number): Log {
  return {
    create: (topics) => log.create(topics),
    delete: (topics) => log.delete(topics),
    topics: () => log.topics(),
    async *join(options) {
      for await (const owned of log.join(options))
        if (options.group !== group || owned.partition === partition) yield owned;
    },
    read: (options) => log.read(options),
    append: (appends) => log.append(appends),
    positions: (groups) => log.positions(groups),
    members: () => log.members(),
    waitsFor: () => log.waitsFor(),
    forget: (groups) => log.forget(groups),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
