import type { Descriptor } from '../../datasets/descriptor.ts';
import { topologiesOf } from '../../topologies/all.ts';
import { ownTopics } from '../engine/plan.ts';
import { physicalName } from '../engine/topic.ts';
import { type Topology, topicOf } from '../engine/topology.ts';
import type { Log } from '../log/log.ts';
import type { Reader } from './caught-up.ts';
import { descriptorsOf } from './descriptors.ts';
import { withOwn } from './own-topologies.ts';
import { readVersions, resultTopics, type Versions, versionInForce } from './versions.ts';
import type { Workplace } from './workplace.ts';

export class UnknownTopologyError extends Error {
  override readonly name = 'UnknownTopologyError';
}

/** What can run in a shop, as the code is now, and what stands there. */
export interface ShopTopologies {
  readonly shop: string;
  readonly datasets: readonly Descriptor[];
  readonly all: readonly Topology[];
  /** Names of the topics on the log. */
  readonly existing: ReadonlySet<string>;
  readonly versions: Versions;
}

/** @throws OwnTopologiesError */
export async function topologiesInShop({ log, registry, config }: Workplace, shop: string): Promise<ShopTopologies> {
  const existing = new Set((await log.topics()).map(({ name }) => name));
  const datasets = await descriptorsOf(log, registry, shop);
  const all = await withOwn(topologiesOf(shop, datasets, existing), config);
  return { shop, datasets, all, existing, versions: await readVersions(log, registry, shop) };
}

/** @throws UnknownTopologyError */
export function named({ all, shop }: Pick<ShopTopologies, 'all' | 'shop'>, name: string): Topology {
  const found = all.find((topology) => topology.name === name);
  if (found !== undefined) return found;
  throw new UnknownTopologyError(
    `shop ${shop} has no topology ${name}: the names are ${all.map((one) => one.name).join(', ')}`,
  );
}

/** The version of the topology that everybody reads. */
export function inForce({ versions, existing, shop }: ShopTopologies, topology: Topology): string {
  return versionInForce(versions, existing, shop, topology);
}

/** Names on the log of what topologies give to others, in the version that everybody reads. */
export function resultsInForce(known: ShopTopologies, topologies: readonly Topology[]): ReadonlySet<string> {
  return new Set(
    topologies.flatMap((topology) => resultTopics(known.shop, { ...topology, version: inForce(known, topology) })),
  );
}

/** The groups of the versions in force, and what they read of what there is. */
export function readersIn(known: ShopTopologies): readonly Reader[] {
  return known.all.map((topology) => ({
    group: ownTopics(known.shop, { ...topology, version: inForce(known, topology) }).group,
    topics: inputsOf(known, topology).filter((name) => known.existing.has(name)),
  }));
}

/** Names on the log. */
function inputsOf({ shop, versions }: ShopTopologies, topology: Topology): readonly string[] {
  return Object.values(topology.from).map((input) => {
    const { name } = topicOf(input);
    return physicalName(shop, name, versions.topics.get(name));
  });
}

/** Records (and ticks) that a version of the topology has not read. */
export async function lagOf(log: Log, known: ShopTopologies, topology: Topology): Promise<number> {
  const committed = (await log.positions()).get(ownTopics(known.shop, topology).group);
  const inputs = inputsOf(known, topology);
  const ends = (await log.topics()).filter(({ name }) => inputs.includes(name));
  return ends
    .flatMap(({ name, offsets }) => offsets.map(({ end }, part) => end - (committed?.get(name)?.[part] ?? 0)))
    .reduce((sum, lag) => sum + Math.max(0, lag), 0);
}
