import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from '../avro/registry.ts';
import { type Log, LogError, type Owned } from '../log/log.ts';
import { type Plan, plan, topicsOf } from './plan.ts';
import { sharedInputs } from './shared-inputs.ts';
import type { Task } from './task.ts';
import { type CommitPolicy, runTask, type TaskRunOptions } from './task-runner.ts';
import type { TopicVersions } from './topic.ts';
import type { Topology } from './topology.ts';

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
}

export interface TopologyStatus {
  readonly topology: Topology;
  readonly group: string;
  readonly in: number;
  readonly out: number;
  readonly late: number;
  readonly dead: number;
  /** Metrics that the topology counts itself, e.g. `duplicates`. */
  readonly custom: ReadonlyMap<string, number>;
  /** Records not yet read, as of the last batch. */
  readonly lag: number;
  /** The least of its tasks' watermarks here, ms. */
  readonly watermark: number;
  readonly keys: number;
  readonly waiting: number;
  readonly commits: number;
  /** Why the log refuses its commits for now; `undefined` while it does not. */
  readonly waitsFor: string | undefined;
  /** Partition numbers owned here. */
  readonly partitions: readonly number[];
}

export interface Running {
  /** Resolves when everything has stopped; rejects with the first error that stops a topology, after the others have committed and stopped too. */
  readonly done: Promise<void>;
  readonly plans: readonly Plan[];
  status(): readonly TopologyStatus[];
}

const defaultCommit: CommitPolicy = { interval: 100, records: 20_000, bytes: 8 * 1024 * 1024 };

/** ms before a task is tried again. */
const RETRY_PAUSE = 1_000;

interface Part {
  task: Task | undefined;
  lag: number;
}

interface Live {
  readonly plan: Plan;
  readonly parts: Map<number, Part>;
  /** Counts of tasks that have ended. */
  readonly ended: { in: number; out: number; late: number; dead: number; custom: Map<string, number> };
  commits: number;
  waitsFor: string | undefined;
}

/** Makes the topics and runs topologies on a log until `signal` aborts. @throws TopologyError, AvroError, LogError before anything runs */
export async function runTopologies(options: RunOptions): Promise<Running> {
  const { log, registry, shop, topologies, partitions, versions = new Map() } = options;
  const existing = new Map((await log.topics()).map((info) => [info.name, info.partitions]));
  const shared = sharedInputs(shop, topologies, versions);
  const live: Live[] = [];
  for (const topology of topologies) {
    const planned = await plan({ topology, shop, registry, existing, partitions, versions, shared });
    const specs = topicsOf(planned);
    await log.create(specs);
    for (const spec of specs) existing.set(spec.name, spec.partitions);
    live.push({
      plan: planned,
      parts: new Map(),
      ended: { in: 0, out: 0, late: 0, dead: 0, custom: new Map() },
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
  const { log, now } = options;
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
    const part: Part = { task: undefined, lag: 0 };
    live.parts.set(owned.partition, part);
    const lags = new Map<string, number>();
    const run = untilItEnds(live, {
      log,
      plan: live.plan,
      owned,
      commit: { ...defaultCommit, ...options.commit },
      idle: options.idle,
      stop,
      now,
      onStart(task) {
        part.task = task;
      },
      onBatch({ topic, end, next }) {
        lags.set(topic, end - next);
        part.lag = [...lags.values()].reduce((sum, lag) => sum + lag, 0);
      },
      onCommit() {
        live.commits++;
        live.waitsFor = undefined;
      },
      onRetry(error) {
        live.waitsFor = error.message;
      },
    })
      .catch((error: unknown) => {
        failure ??= { error };
        leave.abort();
      })
      .finally(() => {
        tasks.delete(run);
        if (live.parts.get(owned.partition) === part) live.parts.delete(owned.partition);
        if (part.task !== undefined) addCounts(live.ended, part.task);
      });
    tasks.add(run);
  };
  try {
    for await (const owned of log.join({ group: live.plan.group, topics, signal: leave.signal })) own(owned);
  } finally {
    leave.abort();
    await Promise.allSettled(tasks);
  }
  if (failure !== undefined) throw failure.error;
}

/** Runs a task, and again from its last commit when the log could not be read for a reason that can heal. */
async function untilItEnds(live: Live, options: TaskRunOptions): Promise<void> {
  const { owned, stop } = options;
  const leave = AbortSignal.any([owned.signal, stop]);
  for (;;) {
    try {
      return await runTask(options);
    } catch (error) {
      if (!(error instanceof LogError) || error.remedy !== 'retry' || leave.aborted) throw error;
      live.waitsFor = error.message;
      await sleep(RETRY_PAUSE, undefined, { signal: leave }).catch(() => {});
    }
  }
}

function addCounts(sum: Live['ended'], { counters }: Task): void {
  sum.in += counters.in;
  sum.out += counters.out;
  sum.late += counters.late;
  sum.dead += counters.dead;
  for (const [metric, count] of counters.custom) sum.custom.set(metric, (sum.custom.get(metric) ?? 0) + count);
}

function statusOf({ plan: planned, parts, ended, commits, waitsFor }: Live): TopologyStatus {
  const sum = { ...ended, custom: new Map(ended.custom) };
  const status = { lag: 0, watermark: Number.POSITIVE_INFINITY, keys: 0, waiting: 0 };
  for (const { task, lag } of parts.values()) {
    if (task === undefined) continue;
    addCounts(sum, task);
    status.lag += lag;
    status.watermark = Math.min(status.watermark, task.watermark);
    for (const keys of task.keys.values()) status.keys += keys;
    status.waiting += task.waiting;
  }
  if (parts.size === 0) status.watermark = Number.NEGATIVE_INFINITY;
  return {
    topology: planned.topology,
    group: planned.group,
    ...sum,
    ...status,
    commits,
    waitsFor,
    partitions: [...parts.keys()].sort((a, b) => a - b),
  };
}
