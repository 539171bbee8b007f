import { createOwnTopics } from '../../connectors/sinks/boundary.ts';
import { topics } from '../../schemas/topics.ts';
import type { Plan } from '../engine/plan.ts';
import { runTopologies } from '../engine/runner.ts';
import { physicalName } from '../engine/topic.ts';
import type { Topology } from '../engine/topology.ts';
import type { OnPipelineEvent } from '../operations/events.ts';
import type { PipelineStatus } from '../operations/status.ts';
import { type Reader, untilCaughtUp } from './caught-up.ts';
import { startAllDeliveries } from './deliveries/all.ts';
import { metricsSpec, startEvaluator } from './evaluate/evaluator.ts';
import { sinksOf } from './open-sink.ts';
import { inForce, named, resultsInForce, type ShopTopologies, topologiesInShop } from './shop-topologies.ts';
import { startSinkThread } from './sink-thread.ts';
import { routesOf, sinkReaders } from './sinks.ts';
import { tellStillStopping } from './still-stopping.ts';
import { madeModels } from './train/models-topic.ts';
import { startTrainer } from './train/trainer.ts';
import { resultsSpec } from './train/write-results.ts';
import { refuseUnderReset } from './under-reset.ts';
import { readVersions, type Versions, writeVersion } from './versions.ts';
import type { Workplace } from './workplace.ts';

export interface PipelineOptions {
  readonly place: Workplace;
  readonly shop: string;
  readonly signal: AbortSignal;
  /** Names of topologies; omitted: all that the shop has inputs for. */
  readonly only?: readonly string[];
  /** Whether the tables and files are written here. */
  readonly sinks: boolean;
  /** Told what happens to tasks and sinks, as it happens; must not throw. */
  readonly onEvent?: OnPipelineEvent | undefined;
}

export interface Pipeline {
  /** Resolves when everything has committed and stopped; rejects with what stopped it. */
  readonly done: Promise<void>;
  readonly readers: readonly Reader[];
  /** Partitions of sinks that somebody has to take over, and those that were taken over here. */
  readonly toTake: number;
  taken(): ReadonlySet<string>;
  status(): PipelineStatus;
  /** Resolves when every topology has committed all there is, and has the sinks write what they have in hand. Meaningful once the sources have ended. */
  computed(signal: AbortSignal): Promise<void>;
  /** Resolves when every topology and sink has committed all there is. Meaningful once the sources have ended. */
  caughtUp(signal: AbortSignal): Promise<void>;
}

/** Runs a shop's topologies and sinks on the log until `signal` aborts. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { place, shop } = options;
  const { log, registry, config } = place;
  const { only = [] } = options;
  // Customers are scored where this topic is.
  if (config.training && (only.length === 0 || only.includes('churn-scores'))) await madeModels(log, shop);
  const { inShop, topologies, results, versions } = await chosen(options);
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  // What the files refuse is a result too, and goes to the tables.
  if (options.sinks) for (const sink of sinksOf(config).lake) await createOwnTopics(log, shop, sink);
  const runs = (topology: string): boolean => topologies.some(({ name }) => name === topology);
  const evaluates = runs('churn-outcomes');
  await log.create([resultsSpec(shop), ...(evaluates ? [metricsSpec(shop)] : [])]);
  const started = Promise.withResolvers<void>();
  // Scores would wait for ever for models that are learnt from, or compared by, what nobody computes.
  const on = config.training && runs('churn-features') && evaluates;
  const trainer = runs('churn-scores')
    ? startTrainer({ place, shop, signal, started: started.promise, on, onEvent: options.onEvent })
    : undefined;
  const stopTrainer = async (error: unknown): Promise<never> => {
    failed.abort();
    started.reject(error);
    await Promise.allSettled([trainer?.done]);
    throw error;
  };
  const run = async () => {
    await trainer?.opened;
    return await runTopologies({
      log,
      registry,
      shop,
      topologies,
      partitions: config.partitions,
      versions: versions.topics,
      signal,
      commit: { interval: config.commitInterval },
      ...(config.idle > 0 ? { idle: config.idle * 1000 } : {}),
      now: () => performance.now(),
      onEvent: options.onEvent,
    });
  };
  const running = await run().catch(stopTrainer);
  started.resolve();
  // Once more now that the groups are joined: whoever changes the shop sees them, or they see the change.
  const routes = await refuseUnderReset(log, shop)
    .then(() => routesOf(place, shop, results, versions.topics))
    .catch(async (error: unknown) => {
      failed.abort();
      await Promise.allSettled([running.done, trainer?.done]);
      throw error;
    });
  const outcomes = physicalName(shop, topics.churnOutcomes.name, versions.topics.get(topics.churnOutcomes.name));
  const evaluator = evaluates ? startEvaluator({ place, shop, outcomes, signal }) : undefined;
  const deliveries = startAllDeliveries(place, inShop, topologies, signal);
  const sinks = options.sinks ? startSinkThread({ config, shop, routes }, signal, options.onEvent) : undefined;
  const counts = new Map((await log.topics()).map(({ name, partitions }) => [name, partitions]));
  const toTake = (sinks === undefined ? [] : sinkReaders(shop, routes))
    .flatMap(({ topics }) => topics)
    .reduce((sum, topic) => sum + (counts.get(topic) ?? 0), 0);
  const since = performance.now();
  const stopAll = (error: unknown): never => {
    failed.abort();
    throw error;
  };
  const beside = new Map(
    Object.entries({ training: trainer?.done, evaluation: evaluator?.done, sinks: sinks?.done }).flatMap(
      ([name, part]) => (part === undefined ? [] : [[name, part] as const]),
    ),
  );
  for (const [name, { done }] of deliveries) beside.set(name, done);
  const going = new Map([...running.each, ...beside]);
  tellStillStopping(
    signal,
    going,
    () => performance.now(),
    (event) => options.onEvent?.(event),
  );
  const parts = [running.done, ...beside.values()].map((part) => part.catch(stopAll));
  const topologyReaders = running.plans.map(readerOf);
  const readers = [...topologyReaders, ...(sinks === undefined ? [] : sinkReaders(shop, routes))];
  const taken = (): ReadonlySet<string> => sinks?.taken ?? new Set();
  const computed = async (until: AbortSignal): Promise<void> => {
    const computing = { readers: topologyReaders, taken: () => 0, toTake: 0, since };
    const either = AbortSignal.any([until, signal]);
    for (const one of deliveries.values()) await one.caughtUp(either);
    await untilCaughtUp(log, computing, either);
    await trainer?.caughtUp(either);
    await evaluator?.caughtUp(either);
    sinks?.hurry();
  };
  return {
    done: allOf(parts),
    readers,
    toTake,
    taken,
    status: () => ({
      topologies: running.status(),
      sinks: sinks?.status ?? [],
      training: trainer?.status(),
      waitsFor: log.waitsFor(),
    }),
    computed,
    async caughtUp(until) {
      await computed(until);
      const catchingUp = { readers, taken: () => taken().size, toTake, since };
      await untilCaughtUp(log, catchingUp, AbortSignal.any([until, signal]));
    },
  };
}

interface Chosen {
  readonly inShop: ShopTopologies;
  readonly topologies: readonly Topology[];
  /** Names on the log of what they give to others, and of what stands of those whose code is another version's. */
  readonly results: ReadonlySet<string>;
  readonly versions: Versions;
}

/**
 * The topologies whose code is of the version that everybody reads. Code of another version would go on from state that is
 * not its own, so it is left out, and that is said.
 */
async function chosen({ place, shop, only = [], onEvent }: PipelineOptions): Promise<Chosen> {
  const { log, registry } = place;
  const inShop = await topologiesInShop(place, shop);
  const wanted = only.length === 0 ? inShop.all : only.map((name) => named(inShop, name));
  const topologies: Topology[] = [];
  for (const topology of wanted) {
    const version = inForce(inShop, topology);
    if (version === topology.version) topologies.push(topology);
    else onEvent?.({ kind: 'topology-left-out', topology: topology.name, version: topology.version, inForce: version });
    // Said once, or the code's next version would be taken for the one in force.
    if (version !== 'v1' && !inShop.versions.promoted.has(topology.name))
      await writeVersion(log, registry, shop, topology);
  }
  const results = resultsInForce(inShop, wanted);
  return { inShop, topologies, results, versions: await readVersions(log, registry, shop) };
}

function readerOf({ group, inputs }: Plan): Reader {
  return { group, topics: [...inputs.values()].map(({ physical }) => physical) };
}

/** Waits for all, then throws the first error, so that nobody closes the log under the others. */
async function allOf(parts: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(parts)) if (result.status === 'rejected') throw result.reason;
}
