import type { MetricObject } from 'prom-client';
import type { PipelineEvent } from '../operations/events.ts';
import type { PipelineStatus } from '../operations/status.ts';
import type { Reader } from './caught-up.ts';

/** What a worker of `ebb run --workers` says to the process that started it. */
export type FromWorker =
  /** It has started; what all workers have to read and to take over. */
  | { readonly kind: 'started'; readonly readers: readonly Reader[]; readonly toTake: number }
  | {
      readonly kind: 'report';
      readonly status: PipelineStatus;
      /** Partitions of sinks that it has taken over so far. */
      readonly taken: ReadonlySet<string>;
      /** It has found everything computed, models and their evaluations too. */
      readonly computed: boolean;
      /** Since its last report. */
      readonly events: readonly PipelineEvent[];
      readonly process: readonly MetricObject[];
    }
  /** It cannot go on. */
  | { readonly kind: 'failed'; readonly message: string };

/** Tells a worker its number. */
export const WORKER = 'EBB_WORKER';

/** The worker's number, where this process is one. */
export function workerNumber(): number | undefined {
  const number = process.env[WORKER];
  return process.send === undefined || number === undefined ? undefined : Number(number);
}
