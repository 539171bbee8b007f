import { topologiesOf } from '../../topologies/all.ts';
import type { Topology } from '../engine/topology.ts';
import { descriptorsOf } from './descriptors.ts';
import { readVersions, type Versions, versionInForce } from './versions.ts';
import type { Workplace } from './workplace.ts';

export class UnknownTopologyError extends Error {
  override readonly name = 'UnknownTopologyError';
}

/** What can run in a shop, as the code is now, and what stands there. */
export interface ShopTopologies {
  readonly shop: string;
  readonly all: readonly Topology[];
  /** Names of the topics on the log. */
  readonly existing: ReadonlySet<string>;
  readonly versions: Versions;
}

export async function topologiesInShop({ log, registry }: Workplace, shop: string): Promise<ShopTopologies> {
  const existing = new Set((await log.topics()).map(({ name }) => name));
  const all = topologiesOf(shop, await descriptorsOf(log, registry, shop), existing);
  return { shop, all, existing, versions: await readVersions(log, registry, shop) };
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
