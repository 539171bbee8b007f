import { setTimeout as sleep } from 'node:timers/promises';
import { topologiesOf } from '../../topologies/all.ts';
import type { Plan } from '../engine/plan.ts';
import { runTopologies, type TopologyStatus } from '../engine/runner.ts';
import type { Topology } from '../engine/topology.ts';
import { lagOf, type Reader } from './caught-up.ts';
import { descriptorsOf } from './descriptors.ts';
import { startSinkThread } from './sink-thread.ts';
import { routesOf, sinkReaders } from './sinks.ts';
import type { Workplace } from './workplace.ts';

export interface PipelineOptions {
  readonly place: Workplace;
  readonly shop: string;
  readonly signal: AbortSignal;
  /** Names of topologies; omitted: all that the shop has inputs for. */
  readonly only?: readonly string[];
  /** Whether the tables and files are written here. */
  readonly sinks: boolean;
  /** A run that ends when it has caught up wants its files closed soon. */
  readonly linger?: number;
}

export interface SinkStatus {
  readonly name: string;
  /** Records written since the start. */
  readonly written: number;
}

export interface PipelineStatus {
  readonly topologies: readonly TopologyStatus[];
  readonly sinks: readonly SinkStatus[];
}

export interface Pipeline {
  /** Resolves when everything has committed and stopped; rejects with what stopped it. */
  readonly done: Promise<void>;
  readonly readers: readonly Reader[];
  status(): PipelineStatus;
  /** Resolves when every topology and sink has committed all there is. Meaningful once the sources have ended. */
  caughtUp(signal: AbortSignal): Promise<void>;
}

export class UnknownTopologyError extends Error {
  override readonly name = 'UnknownTopologyError';
}

/**
 * ms after which a sink's partition that was not taken here must be another process's. Until one or the other, a table that
 * was deleted would look as if it had everything.
 */
const OTHERS_OWN_IT = 12_000;

/** Runs a shop's topologies and sinks on the log until `signal` aborts. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { place, shop } = options;
  const { log, registry, config } = place;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const running = await runTopologies({
    log,
    registry,
    shop,
    topologies: await chosen(options),
    partitions: config.partitions,
    signal,
    commit: { interval: config.commitInterval },
    ...(config.idle > 0 ? { idle: config.idle * 1000 } : {}),
    now: () => performance.now(),
  });
  const routes = await routesOf(place, shop, running.plans).catch(async (error: unknown) => {
    failed.abort();
    await Promise.allSettled([running.done]);
    throw error;
  });
  const sinks = options.sinks ? startSinkThread({ config, shop, routes, linger: options.linger }, signal) : undefined;
  const counts = new Map((await log.topics()).map(({ name, partitions }) => [name, partitions]));
  const toTake = sinkReaders(shop, routes)
    .flatMap(({ topics }) => topics)
    .reduce((sum, topic) => sum + (counts.get(topic) ?? 0), 0);
  const started = performance.now();
  const stopAll = (error: unknown): never => {
    failed.abort();
    throw error;
  };
  const parts = [running.done, ...(sinks === undefined ? [] : [sinks.done])].map((part) => part.catch(stopAll));
  const readers = [...running.plans.map(readerOf), ...(sinks === undefined ? [] : sinkReaders(shop, routes))];
  return {
    done: allOf(parts),
    readers,
    status: () => ({
      topologies: running.status(),
      sinks: Object.entries(sinks?.written ?? {}).map(([name, written]) => ({ name, written })),
    }),
    async caughtUp(until) {
      while (!until.aborted && !signal.aborted) {
        const agreed = sinks === undefined || sinks.taken >= toTake || performance.now() - started > OTHERS_OWN_IT;
        const { total, still } = await lagOf(log, readers);
        if (agreed && total === 0 && still) return;
        await sleep(50, undefined, { signal: until }).catch(() => {});
      }
    },
  };
}

async function chosen({ place, shop, only }: PipelineOptions): Promise<readonly Topology[]> {
  const existing = new Set((await place.log.topics()).map(({ name }) => name));
  const all = topologiesOf(shop, await descriptorsOf(place.log, place.registry, shop), existing);
  if (only === undefined || only.length === 0) return all;
  return only.map((name) => {
    const found = all.find((topology) => topology.name === name);
    if (found === undefined)
      throw new UnknownTopologyError(
        `shop ${shop} has no topology ${name}: the names are ${all.map((one) => one.name).join(', ')}`,
      );
    return found;
  });
}

function readerOf({ group, inputs }: Plan): Reader {
  return { group, topics: [...inputs.values()].map(({ physical }) => physical) };
}

/** Waits for all, then throws the first error, so that nobody closes the log under the others. */
async function allOf(parts: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(parts)) if (result.status === 'rejected') throw result.reason;
}
