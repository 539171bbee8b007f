import { sinkGroup } from '../../../connectors/sinks/runner.ts';
import type { PipelineState, SinkState, TopicState, TopologyState } from '../../dashboard/shown.ts';
import { ownTopics } from '../../engine/plan.ts';
import { physicalName } from '../../engine/topic.ts';
import { type Topology, topicOf } from '../../engine/topology.ts';
import type { TopicInfo } from '../../log/log.ts';
import { type GroupLag, groupLags } from '../group-lag.ts';
import { inForce, readersIn, resultsInForce, type ShopTopologies, topologiesInShop } from '../shop-topologies.ts';
import { troublesOf } from '../sink-troubles.ts';
import { type Routes, routesOf, sinkReaders } from '../sinks.ts';
import type { Workplace } from '../workplace.ts';
import { openTopicWatermarks } from './topic-watermarks.ts';

/** ms for which what changes seldom is taken for what it was: descriptors, versions, and where sinks write. */
const KNOWN_FOR = 5_000;

interface Known {
  readonly at: number;
  readonly shop: ShopTopologies;
  readonly routes: Routes;
  readonly troubles: ReadonlyMap<string, string>;
}

/**
 * How far everything in a shop has come, read from the log alone: so it is of all processes, wherever they run.
 * @param now wall clock, ms
 */
export function openPipelineState(place: Workplace, shop: string, now: () => number): () => Promise<PipelineState> {
  const watermarks = openTopicWatermarks(place);
  let times: ReadonlyMap<string, number> = new Map();
  let known: Known | undefined;
  let learning: Promise<Known> | undefined;
  let looking: Promise<PipelineState> | undefined;

  async function learn(): Promise<Known> {
    const found = await topologiesInShop(place, shop);
    const routes = await routesOf(place, shop, resultsInForce(found, found.all), found.versions.topics);
    const troubles = await troublesOf(place.log, place.registry, shop);
    return {
      ...{ at: now(), shop: found, routes },
      troubles: new Map(troubles.map(({ sink, code, message }) => [sink, `${code}: ${message}`])),
    };
  }

  /** What was known last, while it is learnt anew; only at first is there something to wait for. */
  async function whatIsKnown(): Promise<Known> {
    if (known !== undefined && now() - known.at < KNOWN_FOR) return known;
    learning ??= learn()
      .then((found) => {
        known = found;
        // The ends of many topics are read, for the sake of a line below their names.
        void watermarks(tickedIn(found.shop)).then(
          (read) => {
            times = read;
          },
          // The line stays as it was; whoever looks in a while asks again.
          () => {},
        );
        return found;
      })
      .finally(() => {
        learning = undefined;
      });
    if (known === undefined) return learning;
    // What was known is shown meanwhile, and the next look asks again.
    learning.catch(() => {});
    return known;
  }

  async function look(): Promise<PipelineState> {
    const { shop: found, routes, troubles } = await whatIsKnown();
    const readers = [...readersIn(found), ...sinkReaders(shop, routes)];
    const groups = new Map(
      (await groupLags(place.log, (group) => group.startsWith(`${shop}.`), readers)).map((one) => [one.group, one]),
    );
    const topics = new Map((await place.log.topics()).map((one) => [one.name, one]));
    return {
      at: now(),
      topics: topicsOf(found, topics, times),
      topologies: found.all.map((one) => topologyState(found, one, groups, topics)),
      sinks: [...routes].map(([name, written]) => sinkState(shop, name, written, groups, troubles)),
    };
  }

  // However many watch, the log is looked at once.
  return () => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
}

function tickedIn({ shop, all, versions }: ShopTopologies): readonly string[] {
  const topics = all.flatMap((one) => [...Object.values(one.from).map(topicOf), ...Object.values(one.to)]);
  return [
    ...new Set(
      topics.filter(({ ticked }) => ticked).map(({ name }) => physicalName(shop, name, versions.topics.get(name))),
    ),
  ];
}

function namesOf(topics: readonly { readonly name: string }[]): readonly string[] {
  return topics.map(({ name }) => name);
}

function topicsOf(
  { shop, all, versions }: ShopTopologies,
  topics: ReadonlyMap<string, TopicInfo>,
  watermarks: ReadonlyMap<string, number>,
): readonly TopicState[] {
  const names = new Set(
    all.flatMap(({ from, broadcast, to }) =>
      namesOf([...Object.values(from).map(topicOf), ...Object.values(broadcast), ...Object.values(to)]),
    ),
  );
  return [...names].map((name) => {
    const physical = physicalName(shop, name, versions.topics.get(name));
    return { name, end: endOf(topics.get(physical)), watermark: watermarks.get(physical) ?? null };
  });
}

function topologyState(
  known: ShopTopologies,
  topology: Topology,
  groups: ReadonlyMap<string, GroupLag>,
  topics: ReadonlyMap<string, TopicInfo>,
): TopologyState {
  const version = inForce(known, topology);
  const { group, late, dead } = ownTopics(known.shop, { ...topology, version });
  const lag = groups.get(group);
  return {
    ...{ name: topology.name, version, title: topology.title },
    from: namesOf(Object.values(topology.from).map(topicOf)),
    broadcast: namesOf(Object.values(topology.broadcast)),
    to: namesOf(Object.values(topology.to)),
    read: committedOf(lag),
    lag: lag?.lag ?? 0,
    late: endOf(topics.get(late)),
    dead: endOf(topics.get(dead)),
    processes: (lag?.members ?? []).map(({ name, partitions }) => ({ name, partitions })),
  };
}

function sinkState(
  shop: string,
  name: string,
  topics: readonly string[],
  groups: ReadonlyMap<string, GroupLag>,
  troubles: ReadonlyMap<string, string>,
): SinkState {
  const own = topics.flatMap((topic) => groups.get(sinkGroup(shop, name, topic)) ?? []);
  return {
    ...{ name, topics, written: own.reduce((sum, one) => sum + committedOf(one), 0) },
    lag: own.reduce((sum, { lag }) => sum + lag, 0),
    processes: [...new Set(own.flatMap(({ members }) => namesOf(members)))].sort(),
    trouble: troubles.get(name) ?? null,
  };
}

function committedOf(lag: GroupLag | undefined): number {
  return (lag?.partitions ?? []).reduce((sum, { committed }) => sum + (committed ?? 0), 0);
}

function endOf(topic: TopicInfo | undefined): number {
  return (topic?.offsets ?? []).reduce((sum, { end }) => sum + end, 0);
}
