import { setTimeout as sleep } from 'node:timers/promises';
import { AvroError } from '../avro/error.ts';
import type { Log, LogError, Owned } from '../log/log.ts';
import { addCounts, copyOf, noCounts } from './counters.ts';
import type { OnRunnerEvent } from './events.ts';
import { canHeal } from './healing.ts';
import type { Live, Part } from './status.ts';
import { type CommitPolicy, runTask, type TaskRunOptions } from './task-runner.ts';

const defaultCommit: CommitPolicy = { interval: 100, records: 20_000, bytes: 8 * 1024 * 1024 };

/** ms before a task is tried again. */
const RETRY_PAUSE = 1_000;

export interface PartOptions {
  readonly log: Log;
  readonly commit?: Partial<CommitPolicy>;
  readonly idle?: number;
  now(): number;
  readonly onEvent?: OnRunnerEvent | undefined;
}

/** Runs a partition number of a topology while it is owned, keeps `live` up to date, and tells what happens. @throws as runTask */
export async function runPart(options: PartOptions, live: Live, owned: Owned, stop: AbortSignal): Promise<void> {
  const { log, now } = options;
  const tell: OnRunnerEvent = (event) => options.onEvent?.(event);
  const of = { topology: live.plan.topology.name, partition: owned.partition };
  const part: Part = { task: undefined, committed: noCounts(), lag: 0 };
  let began = now();
  const lags = new Map<string, number>();
  /** What it has committed stays counted; a task in its place begins at nothing. */
  const end = (): void => {
    addCounts(live.ended, part.committed);
    part.committed = noCounts();
    part.task = undefined;
  };
  live.parts.set(owned.partition, part);
  tell({ kind: 'task-gained', ...of });
  let why: 'stopped' | 'taken' | 'failed' = 'failed';
  try {
    await untilItEnds({
      log,
      plan: live.plan,
      owned,
      commit: { ...defaultCommit, ...options.commit },
      idle: options.idle,
      stop,
      now,
      onStart(task) {
        part.task = task;
        live.waitsFor = undefined;
        const keys = [...task.keys.values()].reduce((sum, one) => sum + one, 0);
        tell({ kind: 'task-restored', ...of, took: now() - began, keys, bytes: task.stateBytes });
      },
      onBatch({ topic, end, next }) {
        lags.set(topic, end - next);
        part.lag = [...lags.values()].reduce((sum, lag) => sum + lag, 0);
      },
      onCommit(took, { records, bytes }) {
        if (part.task !== undefined) part.committed = copyOf(part.task.counters);
        live.commits++;
        live.waitsFor = undefined;
        tell({ kind: 'committed', ...of, took, records, bytes });
      },
      onRetry(error, pause) {
        const { code, message } = error;
        live.waitsFor = message;
        const what = error instanceof AvroError ? 'schema' : 'commit';
        tell({ kind: 'retrying', ...of, what, code, reason: message, pause });
      },
      onFenced: ({ message }) => tell({ kind: 'fenced', ...of, reason: message }),
      onRestart({ code, message }, pause) {
        live.waitsFor = message;
        began = now() + pause;
        end();
        tell({ kind: 'retrying', ...of, what: 'task', code, reason: message, pause });
      },
    });
    why = stop.aborted ? 'stopped' : 'taken';
  } finally {
    if (live.parts.get(owned.partition) === part) live.parts.delete(owned.partition);
    end();
    if (live.parts.size === 0) live.waitsFor = undefined;
    tell({ kind: 'task-lost', ...of, why });
  }
}

interface Restartable extends TaskRunOptions {
  onRestart(error: LogError | AvroError, pause: number): void;
}

/** Runs a task, and again from its last commit when log or schema registry failed for a reason that can heal. */
async function untilItEnds(options: Restartable): Promise<void> {
  const { owned, stop } = options;
  const leave = AbortSignal.any([owned.signal, stop]);
  for (;;) {
    try {
      return await runTask(options);
    } catch (error) {
      if (!canHeal(error) || leave.aborted) throw error;
      options.onRestart(error, RETRY_PAUSE);
      await sleep(RETRY_PAUSE, undefined, { signal: leave }).catch(() => {});
    }
  }
}
