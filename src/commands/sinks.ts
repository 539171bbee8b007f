import { refusedTopic } from '../../connectors/sinks/boundary.ts';
import { openFileSink } from '../../connectors/sinks/files.ts';
import { runSink, sinkGroup } from '../../connectors/sinks/runner.ts';
import type { Sink } from '../../connectors/sinks/sink.ts';
import { openSqliteSink } from '../../connectors/sinks/sqlite.ts';
import { tableOf } from '../../connectors/sinks/tables.ts';
import { physicalName, type TopicVersions } from '../engine/topic.ts';
import type { Reader } from './caught-up.ts';
import type { SinkWatch } from './sink-watch.ts';
import type { Workplace } from './workplace.ts';

/** Which topics of a shop go to which sink. Names within the shop. */
export interface Routes {
  readonly sqlite: readonly string[];
  readonly files: readonly string[];
}

export type SinkName = keyof Routes;

/**
 * Results, late records and dead letters go to the tables; raw rows and events to the files.
 * @param results names on the log of what topologies give to others
 */
export async function routesOf(
  { log }: Workplace,
  shop: string,
  results: ReadonlySet<string>,
  versions: TopicVersions,
): Promise<Routes> {
  const inShop = (await log.topics())
    .filter(({ name }) => name.startsWith(`${shop}.`))
    .map(({ name }) => name.slice(shop.length + 1));
  const told = results.union(new Set([refusedTopic(shop, 'files')]));
  const events = physicalName(shop, 'events', versions.get('events'));
  return {
    sqlite: inShop.filter((name) => tableOf(name) !== undefined && told.has(physicalName(shop, name))),
    files: inShop.filter((name) => physicalName(shop, name) === events || /^(raw|synthetic)\.[^.]+$/.test(name)),
  };
}

/** The groups under which the sinks' positions are on the log. */
export function sinkReaders(shop: string, routes: Routes): readonly Reader[] {
  return Object.entries(routes).flatMap(([sink, topics]: [string, readonly string[]]) =>
    topics.map((topic) => ({ group: sinkGroup(shop, sink, topic), topics: [physicalName(shop, topic)] })),
  );
}

export interface RunSinksOptions {
  readonly shop: string;
  readonly routes: Routes;
  readonly signal: AbortSignal;
  /** ms to wait at the end of the log with records in hand; the sink's own when absent. */
  readonly linger: number | undefined;
  readonly watches: Readonly<Record<SinkName, SinkWatch>>;
}

/** Carries a shop's topics into its tables and files until `signal` aborts. @throws SinkError, LogError */
export async function runSinks(
  place: Workplace,
  { shop, routes, signal, linger, watches }: RunSinksOptions,
): Promise<void> {
  const { paths, log, registry } = place;
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const run = async (name: SinkName, open: () => Sink): Promise<void> => {
    try {
      await using sink = open();
      const limits = linger === undefined ? {} : { linger };
      await runSink({
        log,
        registry,
        shop,
        sink,
        topics: routes[name],
        signal: until,
        limits,
        ...watches[name].callbacks,
      });
    } catch (error) {
      failed.abort();
      throw error;
    }
  };
  const runs = [
    run('sqlite', () => openSqliteSink({ path: paths.tables, shop })),
    run('files', () => openFileSink({ dir: paths.lake, shop })),
  ];
  for (const result of await Promise.allSettled(runs)) if (result.status === 'rejected') throw result.reason;
}
