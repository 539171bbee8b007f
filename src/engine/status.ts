import { addCounts, copyOf, type TaskCounters } from './counters.ts';
import type { Plan } from './plan.ts';
import type { Held } from './reach.ts';
import type { Task } from './task.ts';

/** Where a task stands. Plain data, as is all of a status: a process can send it to another. */
export interface TaskStatus {
  readonly partition: number;
  /** It has its state back, and reads. What follows means something only then. */
  readonly restored: boolean;
  /** Records not yet read, as of the last batch. */
  readonly lag: number;
  /** ms; -Infinity before anything is known. */
  readonly watermark: number;
  /** The newest event time that it has heard of, ms: of its last record, or of a tick of any writer. */
  readonly newest: number;
  readonly keys: number;
  /** Bytes of its state, as it is on the log. */
  readonly stateBytes: number;
  /** The broadcast topic that it waits for, and reads no more until that goes on. */
  readonly held?: Held | undefined;
}

/** Counts are of what has been committed. */
export interface TopologyStatus extends Readonly<TaskCounters> {
  readonly topology: string;
  readonly group: string;
  /** Records not yet read, as of the last batch. */
  readonly lag: number;
  /** The least of its tasks' watermarks here, ms. */
  readonly watermark: number;
  readonly keys: number;
  readonly waiting: number;
  readonly commits: number;
  /** Why the log refuses its commits, or the schema registry does not answer, for now; `undefined` otherwise. */
  readonly waitsFor: string | undefined;
  /** Those of the partition numbers owned here, in order. */
  readonly tasks: readonly TaskStatus[];
}

/** An owned partition number; its task is there once it has been restored. */
export interface Part {
  task: Task | undefined;
  /** What the task had counted when it last committed. What it has counted since may be thrown away, and counted again. */
  committed: TaskCounters;
  lag: number;
}

/** A topology while it runs. */
export interface Live {
  readonly plan: Plan;
  readonly parts: Map<number, Part>;
  /** Of tasks that have ended, as committed. */
  readonly ended: TaskCounters;
  commits: number;
  waitsFor: string | undefined;
}

export function statusOf({ plan, parts, ended, commits, waitsFor }: Live): TopologyStatus {
  const sum = copyOf(ended);
  const tasks = [...parts].sort(([a], [b]) => a - b).map(([partition, part]) => taskStatusOf(partition, part));
  const restored = tasks.filter(({ restored }) => restored);
  let waiting = 0;
  for (const { task, committed } of parts.values()) {
    addCounts(sum, committed);
    waiting += task?.waiting ?? 0;
  }
  return {
    topology: plan.topology.name,
    group: plan.group,
    ...sum,
    lag: restored.reduce((lag, one) => lag + one.lag, 0),
    watermark: tasks.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...restored.map(({ watermark }) => watermark)),
    keys: restored.reduce((keys, one) => keys + one.keys, 0),
    waiting,
    commits,
    waitsFor,
    tasks,
  };
}

function taskStatusOf(partition: number, { task, lag }: Part): TaskStatus {
  const never = Number.NEGATIVE_INFINITY;
  if (task === undefined)
    return { partition, restored: false, lag, watermark: never, newest: never, keys: 0, stateBytes: 0 };
  const { watermark, newest, stateBytes, held } = task;
  const keys = [...task.keys.values()].reduce((sum, one) => sum + one, 0);
  return { partition, restored: true, lag, watermark, newest, keys, stateBytes, held };
}
