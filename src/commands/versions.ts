import { type TopologyVersion, topologyVersionSchema } from '../../schemas/generated.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde } from '../avro/serde.ts';
import { ownTopics } from '../engine/plan.ts';
import { physicalName, type TopicVersions } from '../engine/topic.ts';
import type { Topology } from '../engine/topology.ts';
import type { Log } from '../log/log.ts';

/** Which version of each topology everybody reads. On the log like everything else, in `<shop>.versions`. */
export interface Versions {
  /** By topology; those that were never promoted have no entry. */
  readonly promoted: ReadonlyMap<string, string>;
  readonly topics: TopicVersions;
}

const topicOf = (shop: string): string => physicalName(shop, 'versions');

export async function readVersions(log: Log, registry: Registry, shop: string): Promise<Versions> {
  const promoted = new Map<string, string>();
  const topics = new Map<string, string>();
  const name = topicOf(shop);
  if ((await log.topics()).some((topic) => topic.name === name)) {
    const serde = await openSerde<TopologyVersion>(registry, `${name}-value`, topologyVersionSchema);
    for await (const { records } of log.read({ topic: name, from: 'start', to: 'end' })) {
      await serde.prepare(records.map(({ value }) => value));
      for (const { value } of records) {
        if (value === null) continue;
        const { topology, version, topics: written } = serde.decode(value);
        promoted.set(topology, version);
        for (const topic of written) topics.set(topic, version);
      }
    }
  }
  return { promoted, topics };
}

/** Has everybody who starts from now on read this version of the topology: one append, so for all its topics or none. */
export async function writeVersion(
  log: Log,
  registry: Registry,
  shop: string,
  { name: topology, version, to }: Pick<Topology, 'name' | 'version' | 'to'>,
): Promise<void> {
  const name = topicOf(shop);
  await log.create([{ name, partitions: 1, cleanup: 'compact' }]);
  const serde = await openSerde<TopologyVersion>(registry, `${name}-value`, topologyVersionSchema);
  const value = serde.encode({ topology, version, topics: Object.values(to).map((topic) => topic.name) });
  await log.append([{ topic: name, partition: 0, records: [{ key: Buffer.from(topology), value }] }]);
}

/** The versions of a topology that have state on the log, `v1` first. @param names of the topics there are */
export function standingVersions(names: Iterable<string>, shop: string, topology: string): readonly string[] {
  const first = physicalName(shop, topology);
  const versions: string[] = [];
  for (const name of names) {
    if (name === `${first}.state`) versions.push('v1');
    else if (name.startsWith(`${first}.`) && name.endsWith('.state')) versions.push(name.slice(first.length + 1, -6));
  }
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The version that everybody reads: the promoted one; before any was, `v1` where it has run, or else the code's own. */
export function versionInForce(
  { promoted }: Versions,
  names: ReadonlySet<string>,
  shop: string,
  topology: Topology,
): string {
  const first = ownTopics(shop, { ...topology, version: 'v1' }).state;
  return promoted.get(topology.name) ?? (names.has(first) ? 'v1' : topology.version);
}

/** Names on the log of what a version of a topology gives to others. */
export function resultTopics(shop: string, topology: Topology): readonly string[] {
  const { late, dead } = ownTopics(shop, topology);
  return [...Object.values(topology.to).map(({ name }) => physicalName(shop, name, topology.version)), late, dead];
}
