import { addCounts, type TaskCounters } from '../engine/counters.ts';
import type { TopologyStatus } from '../engine/status.ts';
import type { PipelineStatus, SinkStatus } from './status.ts';

/** Processes that share a shop's partitions, as one: counts add up, and each task stands in one of them. */
export function merged(statuses: readonly PipelineStatus[]): PipelineStatus {
  return {
    topologies: byName(
      statuses.flatMap(({ topologies }) => topologies),
      ({ topology }) => topology,
      together,
    ),
    sinks: byName(
      statuses.flatMap(({ sinks }) => sinks),
      ({ name }) => name,
      sinksTogether,
    ),
    waitsFor: statuses.map(({ waitsFor }) => waitsFor).find((reason) => reason !== undefined),
  };
}

/** What is left of a process that has ended: what it has counted. */
export function countsOnly({ topologies, sinks }: PipelineStatus): PipelineStatus {
  return {
    topologies: topologies.map((one) => ({ ...one, ...nothingOwned })),
    sinks: sinks.map((one) => ({ ...one, waitsFor: undefined, partitions: [] })),
  };
}

const nothingOwned = {
  lag: 0,
  watermark: Number.NEGATIVE_INFINITY,
  keys: 0,
  waiting: 0,
  waitsFor: undefined,
  tasks: [],
} satisfies Partial<TopologyStatus>;

function byName<T>(all: readonly T[], nameOf: (one: T) => string, join: (first: T, second: T) => T): readonly T[] {
  const joined = new Map<string, T>();
  for (const one of all) {
    const name = nameOf(one);
    const before = joined.get(name);
    joined.set(name, before === undefined ? one : join(before, one));
  }
  return [...joined.values()];
}

function together(a: TopologyStatus, b: TopologyStatus): TopologyStatus {
  const counts: TaskCounters = { in: a.in, out: a.out, late: a.late, dead: a.dead, custom: new Map(a.custom) };
  addCounts(counts, b);
  // One that owns nothing has no watermark, and holds nobody back.
  const owners = [a, b].filter(({ tasks }) => tasks.length > 0);
  return {
    ...counts,
    topology: a.topology,
    group: a.group,
    lag: a.lag + b.lag,
    watermark: owners.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...owners.map(({ watermark }) => watermark)),
    keys: a.keys + b.keys,
    waiting: a.waiting + b.waiting,
    commits: a.commits + b.commits,
    waitsFor: a.waitsFor ?? b.waitsFor,
    tasks: [...a.tasks, ...b.tasks].sort((left, right) => left.partition - right.partition),
  };
}

function sinksTogether(a: SinkStatus, b: SinkStatus): SinkStatus {
  return {
    name: a.name,
    written: a.written + b.written,
    retries: a.retries + b.retries,
    waitsFor: a.waitsFor ?? b.waitsFor,
    partitions: [...a.partitions, ...b.partitions],
  };
}
