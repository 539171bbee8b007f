import { Worker } from 'node:worker_threads';

/**
 * Does work in a thread of its own, as it takes a second or more. Aborting ends the thread at once.
 * @param script posts one message, the result, for the work that it is given as `workerData`
 * @throws the signal's reason, or what the thread threw
 */
export async function inThread<Work, Result>(script: URL, work: Work, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const worker = new Worker(script, { workerData: work });
  const found = Promise.withResolvers<Result>();
  const stop = (): void => found.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  worker.once('message', found.resolve).once('error', found.reject);
  worker.once('exit', (code) => found.reject(new Error(`the thread of ${script.pathname} ended with ${code}`)));
  try {
    return await found.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
