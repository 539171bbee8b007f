import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { baseName } from '../../connectors/sinks/tables.ts';
import { ownTopics } from '../engine/plan.ts';
import { physicalName } from '../engine/topic.ts';
import type { Topology } from '../engine/topology.ts';
import type { Log } from '../log/log.ts';
import { emptyResults } from './empty-tables.ts';
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

/** Forgets where topologies have read, and sinks their results. @throws LogError UNAVAILABLE, and nothing is forgotten, when one of them runs */
export async function forgetReaders(log: Log, shop: string, doomed: readonly Doomed[]): Promise<void> {
  const results = new Set(doomed.flatMap(({ topology }) => resultTopics(shop, topology)));
  await log.forget([
    ...doomed.map(({ topology }) => ownTopics(shop, topology).group),
    ...(await sinkGroupsOf(log, shop, results)),
  ]);
}

/** The groups of all sinks that have read these topics. */
export async function sinkGroupsOf(log: Log, shop: string, topics: ReadonlySet<string>): Promise<readonly string[]> {
  const groups = [...(await log.positions()).keys()];
  return groups.filter((group) => {
    const [, topic] = /^[^.]+\.sink\.[^.]+\.(.+)$/.exec(group) ?? [];
    return topic !== undefined && group.startsWith(`${shop}.`) && topics.has(physicalName(shop, topic));
  });
}

/** Deletes results wherever they are: tables, files, topics. Once more after it was cut short, it does the rest. */
export async function forgetResults({ log, paths }: Workplace, shop: string, doomed: readonly Doomed[]): Promise<void> {
  const topics = doomedTopics(shop, doomed);
  const read = doomed.filter((one) => one.read).map(({ topology }) => topology);
  const results = read.flatMap(({ to }) => Object.values(to).map(({ name }) => name));
  emptyResults(paths.tables, shop, { topics, results, topologies: read.map(({ name }) => name) });
  await forgetBoundaries(log, shop, new Set(topics));
  for (const name of results) await rm(join(paths.lake, shop, baseName(name)), { recursive: true, force: true });
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
