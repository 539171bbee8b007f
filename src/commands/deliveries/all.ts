import { deliveriesTopic } from '../../../datasets/raw.ts';
import { physicalName } from '../../engine/topic.ts';
import type { Topology } from '../../engine/topology.ts';
import type { ShopTopologies } from '../shop-topologies.ts';
import type { Workplace } from '../workplace.ts';
import { type Deliveries, startDeliveries } from './deliveries.ts';

/** Follows the deliveries of every dataset that the topologies read and that others write, by the topics' names. */
export function startAllDeliveries(
  place: Workplace,
  { shop, datasets, existing }: Pick<ShopTopologies, 'shop' | 'datasets' | 'existing'>,
  topologies: readonly Topology[],
  signal: AbortSignal,
): ReadonlyMap<string, Deliveries> {
  const read = new Set(topologies.map(({ name }) => name));
  return new Map(
    datasets
      .filter(({ name }) => read.has(`normalise-${name}`))
      .map((descriptor) => [physicalName(shop, deliveriesTopic(descriptor).name), descriptor] as const)
      .filter(([topic]) => existing.has(topic))
      .map(([topic, descriptor]) => [topic, startDeliveries({ place, shop, descriptor, signal, now: Date.now })]),
  );
}
