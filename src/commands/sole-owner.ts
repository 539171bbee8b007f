import { setTimeout as sleep } from 'node:timers/promises';
import { type Log, LogError, type Owned } from '../log/log.ts';

export interface SoleOwnerOptions {
  readonly log: Log;
  readonly group: string;
  /** Of one partition, which whoever owns does the work. */
  readonly topic: string;
  readonly signal: AbortSignal;
}

/** ms. */
const RETRY_PAUSE = 1_000;

/**
 * Does work that one process of all does at a time: when it is this one's turn, until the work ends or `signal` aborts. When the log
 * fails in a way that can heal, or another process has taken over, it waits for its turn anew.
 * @param work ends when `signal` or the partition's signal aborts, with its commit in hand finished @throws LogError
 */
export async function asSoleOwner(
  { log, group, topic, signal }: SoleOwnerOptions,
  work: (owned: Owned) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    // The log's signal is our own: the partition must not go before the commit in hand is finished.
    const leave = new AbortController();
    let working = false;
    const stop = (): void => {
      if (!working) leave.abort();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      for await (const owned of log.join({ group, topics: [topic], signal: leave.signal })) {
        if (owned.partition !== 0) continue;
        working = true;
        await work(owned);
        return;
      }
    } catch (error) {
      if (!(error instanceof LogError) || error.remedy === 'stop') throw error;
      await sleep(RETRY_PAUSE, undefined, { signal }).catch(() => {});
    } finally {
      signal.removeEventListener('abort', stop);
      leave.abort();
    }
  }
}
