import type { Descriptor } from '../datasets/descriptor.ts';
import { topics } from '../schemas/topics.ts';
import { physicalName } from '../src/engine/topic.ts';
import type { Topology } from '../src/engine/topology.ts';
import { categoryMetrics, categoryPartials } from './category-metrics.ts';
import { churnFeatures } from './churn-features.ts';
import { clientProfiles } from './client-profiles.ts';
import { normaliseDataset, normaliseShop, normaliseTransactions } from './normalise.ts';
import { segmentMetrics, segmentPartials } from './segment-metrics.ts';
import { sessions } from './sessions.ts';

/** What is computed of every shop's events. */
export const analytics: readonly Topology[] = [
  categoryPartials,
  categoryMetrics,
  segmentPartials,
  segmentMetrics,
  clientProfiles,
  sessions,
];

/** Everything that runs in a shop: a normalisation for each way in that it has, and the analytics. */
export function topologiesOf(
  shop: string,
  datasets: readonly Descriptor[],
  existing: ReadonlySet<string>,
): readonly Topology[] {
  const synthetic = [
    { topology: normaliseTransactions, topic: topics.syntheticTransactions },
    { topology: normaliseShop, topic: topics.syntheticShop },
  ].filter(({ topic }) => existing.has(physicalName(shop, topic.name)));
  const zones = [
    ...datasets.map(({ time }) => time.zone),
    ...(datasets.length === 0 || synthetic.length > 0 ? ['UTC'] : []),
  ];
  return [
    ...datasets.map(normaliseDataset),
    ...synthetic.map(({ topology }) => topology),
    ...analytics,
    churnFeatures(zones),
  ];
}
