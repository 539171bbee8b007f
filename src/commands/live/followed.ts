import { baseName, tableOf } from '../../../connectors/sinks/tables.ts';
import type { PanelTable } from '../../dashboard/panels.ts';
import { physicalName } from '../../engine/topic.ts';
import type { TopicInfo } from '../../log/log.ts';
import type { Versions } from '../versions.ts';

const wanted: ReadonlySet<string> = new Set<PanelTable | 'sessions'>([
  ...(['ecommerce_events', 'client_profiles', 'churn_scores', 'predictions'] as const),
  ...(['model_metrics', 'model_results', 'dead_letters', 'late_events'] as const),
  'sessions',
]);

export interface Followed {
  /** Within the shop. */
  readonly name: string;
  readonly table: string;
  readonly info: TopicInfo;
}

/** The topics of a shop that the live tables are of, in the version that everybody reads. */
export function followedTopics(topics: readonly TopicInfo[], shop: string, versions: Versions): readonly Followed[] {
  return topics
    .filter((info) => info.name.startsWith(`${shop}.`))
    .map((info) => ({ info, name: info.name.slice(shop.length + 1) }))
    .flatMap(({ info, name }) => {
      const table = tableOf(name)?.name;
      return table !== undefined && wanted.has(table) && isInForce(name, shop, versions) ? [{ name, table, info }] : [];
    });
}

function isInForce(name: string, shop: string, { topics, promoted }: Versions): boolean {
  const own = /^([^.]+)(?:\.([^.]+))?\.(?:late|dead)$/.exec(name);
  if (own !== null) return (own[2] ?? 'v1') === (promoted.get(own[1] ?? '') ?? 'v1');
  const base = baseName(name);
  return physicalName(shop, name) === physicalName(shop, base, topics.get(base));
}
