import { topics } from '../../../schemas/topics.ts';
import type { PipelineState } from '../../dashboard/metrics-route.ts';
import { physicalName } from '../../engine/topic.ts';
import { groupLags } from '../group-lag.ts';
import { readersIn, topologiesInShop } from '../shop-topologies.ts';
import { readVersions } from '../versions.ts';
import type { Workplace } from '../workplace.ts';

/** A shop's scores in the version that everybody reads now; `undefined`: there are none. */
export async function scoresTopic({ log, registry }: Workplace, shop: string) {
  const { topics: inForce } = await readVersions(log, registry, shop);
  const name = physicalName(shop, topics.churnScores.name, inForce.get(topics.churnScores.name));
  const info = (await log.topics()).find((one) => one.name === name);
  return info === undefined ? undefined : { name, partitions: info.offsets.length };
}

/** How a shop's topologies and sinks are doing, whichever processes they run in. */
export async function pipelineState(place: Workplace, shop: string): Promise<PipelineState> {
  const { log } = place;
  const start = `${shop}.`;
  const known = await topologiesInShop(place, shop);
  const lags = await groupLags(log, (group) => group.startsWith(start), readersIn(known));
  const inShop = (await log.topics()).filter(({ name }) => name.startsWith(start));
  return {
    waitsFor: log.waitsFor() ?? null,
    topics: inShop.map(({ name, offsets }) => ({
      name: name.slice(start.length),
      partitions: offsets.length,
      records: offsets.reduce((sum, { start, end }) => sum + end - start, 0),
    })),
    groups: lags.map(({ group, lag, members }) => ({ name: group, lag, members: members.map(({ name }) => name) })),
  };
}
