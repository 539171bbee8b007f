import { setTimeout as sleep } from 'node:timers/promises';
import { LogError } from '../log.ts';
import { asLogError } from './failure.ts';

const shortest = 5;
const longest = 1_000;
/**
 * ms of patience that one try and the wait after it cost at most: a request and its connection time out sooner, so
 * whatever is longer is a process, or a machine, that was stopped, and goes on now with the others as they are now.
 */
const longestTry = 20_000;

/** Waits that grow, with jitter, so that many clients do not come back at the same instant. */
export function backoff(): (signal?: AbortSignal) => Promise<void> {
  let pause = shortest;
  return async (signal) => {
    const wait = pause * (0.75 + Math.random() / 2);
    pause = Math.min(pause * 1.6, longest);
    await sleep(wait, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  };
}

export interface Patience {
  /** ms; afterwards the error is thrown. Infinity: until `signal` aborts. A function is asked after each failure. */
  readonly patience: number | (() => number);
  readonly signal?: AbortSignal | undefined;
  /** Called before each new try, to look anew for what may have moved. */
  readonly before?: (error: unknown) => Promise<void>;
}

/** Tries `work` again while its error is one that can heal. @throws LogError */
export async function patiently<T>(doing: string, work: () => Promise<T>, options: Patience): Promise<T> {
  const { patience, signal, before } = options;
  let spent = 0;
  const wait = backoff();
  for (let last = performance.now(); ; ) {
    try {
      return await work();
    } catch (error) {
      const failure = asLogError(error, doing);
      const heals = failure instanceof LogError && failure.code === 'UNAVAILABLE';
      const now = performance.now();
      spent += Math.min(now - last, longestTry);
      last = now;
      const allowed = typeof patience === 'number' ? patience : patience();
      if (!heals || signal?.aborted === true || spent >= allowed) throw failure;
      await wait(signal);
      // What it looks for may be away for the same reason; the next try says so.
      await before?.(error).catch(() => {});
    }
  }
}
