import type { Registry } from '../avro/registry.ts';
import type { Log, Owned } from '../log/log.ts';
import { noCounts } from './counters.ts';
import type { OnRunnerEvent } from './events.ts';
import { runPart } from './part.ts';
import { type Plan, plan, topicsOf } from './plan.ts';
import { rebalances } from './rebalances.ts';
import { sharedInputs } from './shared-inputs.ts';
import { type Live, statusOf, type TopologyStatus } from './status.ts';
import type { CommitPolicy } from './task-runner.ts';
import type { TopicVersions } from './topic.ts';
import type { Topology } from './topology.ts';

/** Which topologies run where, and until when. */
export interface RunOptions {
  readonly log: Log;
  readonly registry: Registry;
  readonly shop: string;
  readonly topologies: readonly Topology[];
  /** Of topics that do not exist yet. */
  readonly partitions: number;
  /** See `PlanOptions.versions`. */
  readonly versions?: TopicVersions;
  /** Abort to stop: tasks commit what they have in hand and leave. */
  readonly signal: AbortSignal;
  readonly commit?: Partial<CommitPolicy>;
  /** ms; see `TaskRunOptions.idle`. */
  readonly idle?: number;
  now(): number;
  /** Told what happens to the tasks, as it happens; must not throw. */
  readonly onEvent?: OnRunnerEvent | undefined;
}

/** Topologies that run: how they are, and the end of them. */
export interface Running {
  /** Resolves when everything has stopped; rejects with the first error that stops a topology, after the others have committed and stopped too. */
  readonly done: Promise<void>;
  /** By topology: resolves or rejects when it has stopped. */
  readonly each: ReadonlyMap<string, Promise<void>>;
  readonly plans: readonly Plan[];
  status(): readonly TopologyStatus[];
}

/** Makes the topics and runs topologies on a log until `signal` aborts. @throws TopologyError, AvroError, LogError before anything runs */
export async function runTopologies(options: RunOptions): Promise<Running> {
  const { log, registry, shop, topologies, partitions, versions = new Map() } = options;
  const existing = new Map((await log.topics()).map((info) => [info.name, info.partitions]));
  const shared = sharedInputs();
  const live: Live[] = [];
  for (const topology of topologies) {
    const planned = await plan({ topology, shop, registry, existing, partitions, versions, shared });
    const specs = topicsOf(planned);
    await log.create(specs);
    for (const spec of specs) existing.set(spec.name, spec.partitions);
    live.push({
      plan: planned,
      parts: new Map(),
      ended: noCounts(),
      commits: 0,
      waitsFor: undefined,
    });
  }
  const failed = new AbortController();
  const stop = AbortSignal.any([options.signal, failed.signal]);
  const running = live.map(async (one) => {
    try {
      await runOne(options, one, stop);
    } catch (error) {
      failed.abort();
      throw error;
    }
  });
  return {
    done: settle(running),
    each: new Map(
      live.flatMap(({ plan: { topology } }, index) => {
        const one = running[index];
        return one === undefined ? [] : [[topology.name, one] as const];
      }),
    ),
    plans: live.map((one) => one.plan),
    status: () => live.map(statusOf),
  };
}

/** Waits for all, then throws the first error: the others must have committed before anyone closes the log. */
async function settle(running: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(running);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function runOne(options: RunOptions, live: Live, stop: AbortSignal): Promise<void> {
  const { log, onEvent } = options;
  const topology = live.plan.topology.name;
  const assignment = rebalances(
    () => onEvent?.({ kind: 'rebalanced', topology, partitions: [...live.parts.keys()].sort((a, b) => a - b) }),
    stop,
  );
  const leave = new AbortController();
  const tasks = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  // Leaving the group comes after the last commit, or that commit would be refused.
  const leaveWhenDone = async (): Promise<void> => {
    await Promise.allSettled(tasks);
    leave.abort();
  };
  if (stop.aborted) leave.abort();
  else stop.addEventListener('abort', () => void leaveWhenDone(), { once: true });
  const topics = [...live.plan.inputs.values()].map(({ physical }) => physical);
  const own = (owned: Owned): void => {
    const run = runPart(options, live, owned, stop)
      .catch((error: unknown) => {
        failure ??= { error };
        leave.abort();
      })
      .finally(() => {
        tasks.delete(run);
        assignment.changed();
      });
    tasks.add(run);
    assignment.changed();
  };
  try {
    for await (const owned of log.join({ group: live.plan.group, topics, signal: leave.signal })) own(owned);
  } finally {
    leave.abort();
    await Promise.allSettled(tasks);
  }
  if (failure !== undefined) throw failure.error;
}
