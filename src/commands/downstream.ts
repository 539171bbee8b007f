import { type Topology, topicOf } from '../engine/topology.ts';

export class SharedTopicError extends Error {
  override readonly name = 'SharedTopicError';
}

/** Names of what the topology reads, broadcast inputs included. */
function read({ from, broadcast }: Topology): readonly string[] {
  return [...Object.values(from).map(topicOf), ...Object.values(broadcast)].map(({ name }) => name);
}

function written({ to }: Topology): readonly string[] {
  return Object.values(to).map(({ name }) => name);
}

/** The topologies that read what this one writes. */
export function readersOf(all: readonly Topology[], topology: Topology): readonly Topology[] {
  const outputs = new Set(written(topology));
  return all.filter((other) => other.name !== topology.name && read(other).some((name) => outputs.has(name)));
}

/** The topologies that write into a topic of this one. */
export function coWritersOf(all: readonly Topology[], topology: Topology): readonly Topology[] {
  const outputs = new Set(written(topology));
  return all.filter((other) => other.name !== topology.name && written(other).some((name) => outputs.has(name)));
}

/**
 * What has to be made anew when the results of a topology are, beside itself: whoever reads them, since it would count them
 * twice, whoever writes into the same topics, since these go, and so on.
 * @throws SharedTopicError when outsiders write into one of the topics: nobody could write that again
 */
export function madeAnewWith(all: readonly Topology[], topology: Topology): readonly Topology[] {
  const found = new Set([topology]);
  // A set is iterated together with what is added on the way.
  for (const one of found) {
    const shared = Object.values(one.to).find(({ disorder }) => disorder !== undefined);
    if (shared !== undefined)
      throw new SharedTopicError(
        `${one.name} writes into ${shared.name}, and so do others than topologies: what they wrote would be lost`,
      );
    for (const other of [...readersOf(all, one), ...coWritersOf(all, one)]) found.add(other);
  }
  found.delete(topology);
  return [...found];
}
