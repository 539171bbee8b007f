import { ownTopics } from '../engine/plan.ts';
import { physicalName } from '../engine/topic.ts';
import type { Topology } from '../engine/topology.ts';
import { type Log, LogError } from '../log/log.ts';
import { emptyResults } from './empty-tables.ts';
import { forgetFiles } from './forget-files.ts';
import { tablesIfThere } from './tables/open.ts';
import { resultTopics } from './versions.ts';
import type { Workplace } from './workplace.ts';

/** A version of a topology that is to be forgotten; `read`: everybody reads it, so that its rows and files are in the stores. */
export interface Doomed {
  readonly topology: Topology;
  readonly read: boolean;
}

/** Names on the log of the topics that go: results, then state, whose presence tells that a version stands. */
export function doomedTopics(shop: string, doomed: readonly Doomed[]): readonly string[] {
  return [
    ...doomed.flatMap(({ topology }) => resultTopics(shop, topology)),
    ...doomed.map(({ topology }) => ownTopics(shop, topology).state),
  ];
}

/** The groups of topologies, and those of all sinks that have read their results or `carried` (names on the log). */
export async function groupsOf(
  log: Log,
  shop: string,
  doomed: readonly Doomed[],
  carried: readonly string[] = [],
): Promise<readonly string[]> {
  const results = new Set([...carried, ...doomed.flatMap(({ topology }) => resultTopics(shop, topology))]);
  const known = new Set([...(await log.positions()).keys(), ...(await log.members()).keys()]);
  const sinks = [...known].filter((group) => {
    const [, topic] = /^[^.]+\.sink\.[^.]+\.(.+)$/.exec(group) ?? [];
    return topic !== undefined && group.startsWith(`${shop}.`) && results.has(physicalName(shop, topic));
  });
  return [...doomed.map(({ topology }) => ownTopics(shop, topology).group), ...sinks];
}

/** @throws LogError UNAVAILABLE when a group has a live member */
export async function refuseRunning(log: Log, groups: readonly string[]): Promise<void> {
  const members = await log.members();
  const running = groups.find((group) => members.has(group));
  if (running !== undefined)
    throw new LogError(
      'UNAVAILABLE',
      `Group ${running} has members that are running, or were killed within their session timeout. Nothing was changed: stop them first.`,
    );
}

/** Deletes results wherever they are: tables, files, topics. Once more after it was cut short, it does the rest. */
export async function forgetResults(
  { log, config }: Workplace,
  shop: string,
  doomed: readonly Doomed[],
): Promise<void> {
  const topics = doomedTopics(shop, doomed);
  const read = doomed.filter((one) => one.read).map(({ topology }) => topology);
  const results = read.flatMap(({ to }) => Object.values(to).map(({ name }) => name));
  await using tables = await tablesIfThere(config);
  await emptyResults(tables, shop, { topics, results, topologies: read.map(({ name }) => name) });
  await forgetBoundaries(log, shop, new Set(topics));
  await forgetFiles(config, shop, results);
  await log.delete(topics.filter((name) => !name.endsWith('.state')));
  await log.delete(topics);
}

/** What the file sinks have put of these topics is not there any more. */
export async function forgetBoundaries(log: Log, shop: string, topics: ReadonlySet<string>): Promise<void> {
  for (const { name } of await log.topics()) {
    if (!name.startsWith(`${shop}.`) || !name.endsWith('.boundaries')) continue;
    const keys = new Set<string>();
    for await (const { records } of log.read({ topic: name, from: 'start', to: 'end' })) {
      for (const { key } of records) {
        const place = key?.toString() ?? '';
        if (topics.has(place.slice(0, place.lastIndexOf('/')))) keys.add(place);
      }
    }
    const records = Array.from(keys, (key) => ({ key: Buffer.from(key), value: null }));
    if (records.length > 0) await log.append([{ topic: name, partition: 0, records }]);
  }
}
