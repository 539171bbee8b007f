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
 * @param work ends, or throws its signal's reason, when `until` aborts: at `signal`, or as the partition goes; its commit in hand is
 * finished first @throws LogError, and what the work throws
 */
export async function asSoleOwner(
  { log, group, topic, signal }: SoleOwnerOptions,
  work: (owned: Owned, until: AbortSignal) => Promise<void>,
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
        const until = AbortSignal.any([signal, owned.signal]);
        await work(owned, until).catch(unlessBrokenOff(until));
        if (owned.signal.aborted && !signal.aborted)
          throw new LogError('REBALANCED', `another process does the work of ${group}`);
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

/** Work that was broken off is done by whoever takes over. */
function unlessBrokenOff(until: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!until.aborted || error !== until.reason) throw error;
  };
}
