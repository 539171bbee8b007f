import { Worker } from 'node:worker_threads';
import type { Done, Work, WorkMessage } from './work.ts';

/** A training that failed in its thread, with what it said. */
export class TrainingFailedError extends Error {
  override readonly name = 'TrainingFailedError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface ThreadOptions {
  readonly signal: AbortSignal;
  /** @param share of this work that is done, in [0, 1] */
  readonly onProgress?: (work: number, share: number) => void;
}

/** So many at once: forests take a whole core each. */
const THREADS = 2;

/**
 * Does all of it in threads of their own, so that this one goes on, and gives the results in order. Aborting ends the threads at
 * once. @throws TrainingFailedError of the first that failed; the others are ended
 */
export async function inThreads(works: readonly Work[], options: ThreadOptions): Promise<readonly Done[]> {
  const results = new Array<Done>(works.length);
  const queue = works.map((work, index) => ({ work, index }));
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const thread = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { work, index } = next;
        results[index] = await doneBy(worker, work, signal, (share) => options.onProgress?.(index, share));
      }
    } catch (error) {
      stop.abort(error);
      throw error;
    } finally {
      await worker.terminate();
    }
  };
  const threads = Array.from({ length: Math.min(THREADS, works.length) }, thread);
  const ends = await Promise.allSettled(threads);
  options.signal.throwIfAborted();
  if (stop.signal.aborted) throw stop.signal.reason;
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
}

function doneBy(worker: Worker, work: Work, signal: AbortSignal, onShare: (share: number) => void): Promise<Done> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: WorkMessage): void => {
      if (message.kind === 'progress') {
        onShare(message.done / message.of);
        return;
      }
      end();
      if (message.kind === 'failed') {
        reject(new TrainingFailedError(message.code, message.message));
        return;
      }
      onShare(1);
      resolve(message.done);
    };
    const onAbort = (): void => {
      end();
      reject(signal.reason);
    };
    const onError = (error: unknown): void => {
      end();
      reject(error);
    };
    function end(): void {
      worker.off('message', onMessage).off('error', onError);
      signal.removeEventListener('abort', onAbort);
    }
    worker.on('message', onMessage).on('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else worker.postMessage(work);
  });
}
