import type { PipelineStatus } from './status.ts';

export interface Readiness {
  readonly ready: boolean;
  /** What is waited for. */
  readonly waiting: readonly string[];
}

/** ms after which a topology that owns nothing is taken for one whose partitions are all another process's. */
const ASSIGNED = 15_000;

/** Ready is who has restored every task that it owns, and whose log answers and takes commits. @param elapsed ms since the start */
export function readinessOf({ topologies, waitsFor }: PipelineStatus, elapsed: number): Readiness {
  const behind = topologies.flatMap(({ topology, tasks, waitsFor: reason }) => {
    if (reason !== undefined) return [`${topology}: ${reason}`];
    if (tasks.length === 0) return elapsed < ASSIGNED ? [`${topology} owns no partition yet`] : [];
    const restoring = tasks.filter(({ restored }) => !restored).map(({ partition }) => partition);
    return restoring.length === 0 ? [] : [`${topology} restores partition ${restoring.join(', ')}`];
  });
  const waiting = [...(waitsFor === undefined ? [] : [`the log: ${waitsFor}`]), ...behind];
  return { ready: waiting.length === 0, waiting };
}
