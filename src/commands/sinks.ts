import { refusedTopic } from '../../connectors/sinks/boundary.ts';
import { runSink, sinkGroup } from '../../connectors/sinks/runner.ts';
import { baseName, tableOf } from '../../connectors/sinks/tables.ts';
import { topics } from '../../schemas/topics.ts';
import type { Config } from '../config.ts';
import { physicalName, type TopicVersions } from '../engine/topic.ts';
import type { Reader } from './caught-up.ts';
import { openSink, type SinkName, sinksOf } from './open-sink.ts';
import { shopCurrency } from './shop-currency.ts';
import type { SinkWatch } from './sink-watch.ts';
import type { Workplace } from './workplace.ts';

/** Which topics of a shop go to which sink: names within the shop. A sink that is not there does not run. */
export type Routes = ReadonlyMap<SinkName, readonly string[]>;

/** As the shop's own rows came in. */
const raw = /^(raw|synthetic|posted)\.[^.]+$/;

/**
 * What goes where. Results, late records and dead letters go to the tables. Of the lake, HDFS takes the rows of datasets
 * (batch data), MinIO live rows, events and results, and files on this machine what neither takes of rows and events;
 * the configuration may say otherwise.
 * @param results names on the log of what topologies give to others
 */
export async function routesOf(
  { log, config }: Pick<Workplace, 'log' | 'config'>,
  shop: string,
  results: ReadonlySet<string>,
  versions: TopicVersions,
): Promise<Routes> {
  const inShop = (await log.topics())
    .filter(({ name }) => name.startsWith(`${shop}.`))
    .map(({ name }) => name.slice(shop.length + 1));
  const { tables, lake } = sinksOf(config);
  const byJobs = [topics.modelResults, topics.modelMetrics].map(({ name }) => physicalName(shop, name));
  const told = results.union(new Set([...lake.map((sink) => refusedTopic(shop, sink)), ...byJobs]));
  const forTables = inShop.filter((name) => tableOf(name) !== undefined && told.has(physicalName(shop, name)));
  const events = physicalName(shop, 'events', versions.get('events'));
  const rows = inShop.filter((name) => physicalName(shop, name) === events || raw.test(name));
  const processed = forTables.filter((name) => !/\.(late|dead)$/.test(name));
  const forLake = [...new Set([...rows, ...processed])];
  const wanted = patternsOf(config);
  const taken = (patterns: readonly string[]) => forLake.filter((name) => matches(patterns, baseName(name)));
  const [hdfs, minio] = [taken(wanted.hdfs), taken(wanted.minio)];
  const elsewhere = new Set([...(lake.includes('hdfs') ? hdfs : []), ...(lake.includes('minio') ? minio : [])]);
  const files =
    config.filesTopics === undefined ? rows.filter((name) => !elsewhere.has(name)) : taken(config.filesTopics);
  const to = { sqlite: forTables, mariadb: forTables, files, minio, hdfs };
  return new Map([tables, ...lake].map((name) => [name, to[name]]));
}

function patternsOf({ hdfsTopics, minioTopics }: Config): Readonly<Record<'hdfs' | 'minio', readonly string[]>> {
  const live = [
    'synthetic.*',
    'posted.events',
    'events',
    'category-metrics',
    'category-statistics',
    'segment-metrics',
    'client-profiles',
    'sessions',
    'model-results',
    'model-metrics',
    'churn-scores',
    'predictions',
  ];
  return { hdfs: hdfsTopics ?? ['raw.*'], minio: minioTopics ?? live };
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

/** The groups under which the sinks' positions are on the log. */
export function sinkReaders(shop: string, routes: Routes): readonly Reader[] {
  return [...routes].flatMap(([sink, topics]) =>
    topics.map((topic) => ({ group: sinkGroup(shop, sink, topic), topics: [physicalName(shop, topic)] })),
  );
}

export interface RunSinksOptions {
  readonly shop: string;
  readonly routes: Routes;
  readonly signal: AbortSignal;
  /** Aborts when the topologies are done: what is in hand is written then. */
  readonly hurry: AbortSignal;
  /** By the sink's name. */
  readonly watches: ReadonlyMap<string, SinkWatch>;
  /** Told what stopped a sink, before all is stopped. */
  readonly onFailed?: (sink: string, error: unknown) => Promise<void>;
}

/** Carries a shop's topics into its tables and files until `signal` aborts. @throws SinkError, LogError */
export async function runSinks(
  { config, log, registry }: Workplace,
  { shop, routes, signal, hurry, watches, onFailed }: RunSinksOptions,
): Promise<void> {
  const failed = new AbortController();
  const currency = shopCurrency({ log, registry }, shop);
  const until = AbortSignal.any([signal, failed.signal]);
  const run = async (name: SinkName, topics: readonly string[]): Promise<void> => {
    try {
      await using sink = await openSink(config, shop, name, currency);
      const callbacks = watches.get(name)?.callbacks ?? {};
      await runSink({ log, registry, shop, sink, topics, signal: until, hurry, ...callbacks });
    } catch (error) {
      await onFailed?.(name, error);
      failed.abort();
      throw error;
    }
  };
  const runs = [...routes].map(([name, topics]) => run(name, topics));
  for (const result of await Promise.allSettled(runs)) if (result.status === 'rejected') throw result.reason;
}
