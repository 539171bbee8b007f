import type { Descriptor } from '../datasets/descriptor.ts';
import { deliveriesTopic } from '../datasets/raw.ts';
import { topics } from '../schemas/topics.ts';
import { physicalName } from '../src/engine/topic.ts';
import type { Topology } from '../src/engine/topology.ts';
import { categoryMetrics, categoryPartials } from './category-metrics.ts';
import { categoryStatistics, statisticPartials } from './category-statistics.ts';
import { churnFeatures } from './churn-features.ts';
import { churnOutcomes } from './churn-outcomes.ts';
import { churnScores } from './churn-scores.ts';
import { clientProfiles } from './client-profiles.ts';
import { normaliseDataset, normalisePosted, normaliseShop, normaliseTransactions } from './normalise.ts';
import { segmentMetrics, segmentPartials } from './segment-metrics.ts';
import { sessions } from './sessions.ts';

/** What is computed of every shop's events. */
export const analytics: readonly Topology[] = [
  categoryPartials,
  categoryMetrics,
  statisticPartials,
  categoryStatistics,
  segmentPartials,
  segmentMetrics,
  clientProfiles,
  sessions,
];

/** Everything that runs in a shop: a normalisation for each way in that it has, the analytics, and scores once it has a topic of models. */
export function topologiesOf(
  shop: string,
  datasets: readonly Descriptor[],
  existing: ReadonlySet<string>,
): readonly Topology[] {
  const zones = zonesOf(shop, datasets, existing);
  return [
    ...datasets.map((dataset) =>
      normaliseDataset(dataset, { outsiders: existing.has(physicalName(shop, deliveriesTopic(dataset).name)) }),
    ),
    ...syntheticIn(shop, existing).map(({ topology }) => topology),
    ...(existing.has(physicalName(shop, topics.posted.name)) ? [normalisePosted(zones[0])] : []),
    ...analytics,
    churnFeatures(zones),
    // Where nobody trains there is nothing to score with.
    ...(existing.has(physicalName(shop, topics.models.name)) ? [churnScores(zones), churnOutcomes] : []),
  ];
}

/** IANA names of the time zones in which a shop's events are dated. */
export function zonesOf(
  shop: string,
  datasets: readonly Descriptor[],
  existing: ReadonlySet<string>,
): readonly string[] {
  const made = datasets.length === 0 || syntheticIn(shop, existing).length > 0;
  return [...datasets.map(({ time }) => time.zone), ...(made ? ['UTC'] : [])];
}

function syntheticIn(shop: string, existing: ReadonlySet<string>) {
  return [
    { topology: normaliseTransactions, topic: topics.syntheticTransactions },
    { topology: normaliseShop, topic: topics.syntheticShop },
  ].filter(({ topic }) => existing.has(physicalName(shop, topic.name)));
}
