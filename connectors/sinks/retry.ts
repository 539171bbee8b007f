import { setTimeout as delay } from 'node:timers/promises';
import { AvroError } from '../../src/avro/error.ts';
import { LogError } from '../../src/log/log.ts';
import { SinkError } from './sink.ts';

export interface Backoff {
  /** Milliseconds before the second attempt, at most; each wait may be twice the one before. */
  readonly first: number;
  readonly longest: number;
}

/** Told of each error that is waited out, and for how long, in milliseconds. */
export type OnRetry = (error: unknown, pause: number) => void;

const usual: Backoff = { first: 100, longest: 10_000 };

/** What is to be done about an error of a sink, of the log or of the schema registry; anything else stops the program. */
export function remedyOf(error: unknown): 'retry' | 'rejoin' | 'stop' {
  if (error instanceof AvroError && error.code === 'UNAVAILABLE') {
    return 'retry';
  }
  return error instanceof SinkError || error instanceof LogError ? error.remedy : 'stop';
}

/**
 * Does `work` until it succeeds or its error is not one to retry. Waits a random part of a doubling time in between, so
 * that many do not come back at once. When `signal` aborts while waiting, the last error is thrown.
 */
export async function retrying<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  backoff = usual,
  onRetry?: OnRetry,
): Promise<T> {
  for (let limit = backoff.first; ; limit = Math.min(backoff.longest, limit * 2)) {
    try {
      return await work();
    } catch (error) {
      const pause = limit * (0.5 + Math.random() / 2);
      if (remedyOf(error) !== 'retry') {
        throw error;
      }
      onRetry?.(error, pause);
      if (!(await waited(pause, signal))) {
        throw error;
      }
    }
  }
}

/** Whether the time passed before the signal. */
export async function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(milliseconds, undefined, { signal });
    return true;
  } catch {
    // The only reason to fail is the signal.
    return false;
  }
}
