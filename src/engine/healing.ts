import { setTimeout as sleep } from 'node:timers/promises';
import { AvroError } from '../avro/error.ts';
import { LogError } from '../log/log.ts';

/** Whether a log or a schema registry fails now and may not the next time. */
export function canHeal(error: unknown): error is LogError | AvroError {
  return error instanceof LogError
    ? error.remedy === 'retry'
    : error instanceof AvroError && error.code === 'UNAVAILABLE';
}

export interface Waiting {
  /** Ends the wait: the last error is thrown then. */
  readonly leave: AbortSignal;
  /** Told before each pause, ms. */
  onRetry?(error: LogError | AvroError, pause: number): void;
}

/** Does `work` until it succeeds or fails for a reason that cannot heal. */
export async function untilHealed<T>({ leave, onRetry }: Waiting, work: () => Promise<T>): Promise<T> {
  for (let pause = 50; ; pause = Math.min(pause * 2, 5_000)) {
    try {
      return await work();
    } catch (error) {
      if (!canHeal(error) || leave.aborted) throw error;
      onRetry?.(error, pause);
      await sleep(pause, undefined, { signal: leave }).catch(() => {});
    }
  }
}
