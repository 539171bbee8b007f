/** A shop: its topics, its groups, and what commands have left behind. */
import { ownTopics } from '../../engine/plan.ts';
import { physicalName } from '../../engine/topic.ts';
import { type Topology, topicOf } from '../../engine/topology.ts';
import type { TopicInfo } from '../../log/log.ts';
import { groupLags, isStranded } from '../group-lag.ts';
import { inForce, readersIn, type ShopTopologies, topologiesInShop } from '../shop-topologies.ts';
import { count } from '../terminal.ts';
import { refuseUnderReset } from '../under-reset.ts';
import type { Workplace } from '../workplace.ts';
import { type Check, type Finding, fail, ok } from './check.ts';

export interface Shop {
  readonly place: Workplace;
  readonly shop: string;
}

export const leftovers: Check<Shop> = {
  name: 'leftovers',
  async run({ place, shop }) {
    try {
      await refuseUnderReset(place.log, shop);
      return ok('no command was cut short');
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return fail(error.message, 'until then nothing runs in the shop');
    }
  },
};

export const topicsAsExpected: Check<Shop> = {
  name: 'topics',
  async run({ place, shop }) {
    const infos = new Map((await place.log.topics()).map((info) => [info.name, info]));
    const known = await topologiesInShop(place, shop);
    const problems = known.all.flatMap((topology) => problemsOf(known, topology, infos));
    if (problems.length > 0) return problems;
    const run = known.all.filter((topology) => infos.has(stateOf(known, topology)));
    return ok(
      `as ${run.length} topologies want them${run.length < known.all.length ? `; ${known.all.length - run.length} have not run yet` : ''}`,
    );
  },
};

function stateOf(known: ShopTopologies, topology: Topology): string {
  return ownTopics(known.shop, { ...topology, version: inForce(known, topology) }).state;
}

function problemsOf(
  known: ShopTopologies,
  topology: Topology,
  infos: ReadonlyMap<string, TopicInfo>,
): readonly Finding[] {
  const { shop } = known;
  const version = inForce(known, topology);
  const own = ownTopics(shop, { ...topology, version });
  const inputs = Object.values(topology.from).flatMap((input) => {
    const { name } = topicOf(input);
    return infos.get(physicalName(shop, name, known.versions.topics.get(name))) ?? [];
  });
  const findings: Finding[] = [];
  if (new Set(inputs.map(({ partitions }) => partitions)).size > 1) {
    const found = inputs.map(({ name, partitions }) => `${name} ${partitions}`).join(', ');
    findings.push(
      ...fail(
        `${topology.name} reads topics with unlike numbers of partitions: ${found}`,
        'its records cannot meet: re-key one of them through a topic of the right size',
      ),
    );
  }
  const expected = new Map<string, TopicInfo['cleanup']>([
    [own.state, 'compact'],
    [own.late, 'delete'],
    [own.dead, 'delete'],
    ...Object.values(topology.to).map((to) => [physicalName(shop, to.name, version), to.cleanup] as const),
  ]);
  for (const [name, cleanup] of expected) {
    const info = infos.get(name);
    if (info === undefined || info.cleanup === cleanup) continue;
    findings.push(
      ...fail(`${name} has cleanup ${info.cleanup}, and ${topology.name} needs ${cleanup}`, consequence(cleanup)),
    );
  }
  const partitions = inputs[0]?.partitions;
  const state = infos.get(own.state);
  if (state !== undefined && partitions !== undefined && state.partitions !== partitions)
    findings.push(
      ...fail(
        `${own.state} has ${state.partitions} partitions, and the inputs of ${topology.name} have ${partitions}`,
        `was an input made anew? \`ebb reset --shop ${shop}\` has everything computed again`,
      ),
    );
  return findings;
}

function consequence(cleanup: TopicInfo['cleanup']): string {
  return cleanup === 'compact'
    ? 'set cleanup.policy=compact: it would grow, or lose state to retention'
    : 'set cleanup.policy=delete: compaction would drop records that others still have to read';
}

export const groupsRead: Check<Shop> = {
  name: 'groups',
  async run({ place, shop }) {
    const readers = readersIn(await topologiesInShop(place, shop));
    const groups = await groupLags(place.log, (group) => group.startsWith(`${shop}.`), readers);
    const stranded = groups.filter(isStranded);
    const lag = groups.reduce((sum, group) => sum + group.lag, 0);
    const read = groups.filter(({ members }) => members.length > 0).length;
    if (stranded.length === 0) return ok(`${groups.length}, ${read} with members; ${count(lag)} records behind in all`);
    return stranded.map(({ group, lag: own }) => ({
      verdict: 'warn',
      found: `${group} is ${count(own)} records behind, and nobody reads for it`,
      todo: `\`ebb run --shop ${shop}\` goes on from its last commit`,
    }));
  },
};
