import { Worker } from 'node:worker_threads';
import type { ModelMetric } from '../../../schemas/generated.ts';
import type { Month } from '../../churn/live-metrics.ts';

export interface EvaluateWork {
  readonly month: Month;
  /** Of the bootstrap. */
  readonly samples: number;
}

/** `liveMetrics` in a thread of its own, as it takes a second or two. Aborting ends it at once. @throws the signal's reason, or what the thread threw */
export async function evaluateInThread(work: EvaluateWork, signal: AbortSignal): Promise<readonly ModelMetric[]> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: work });
  const found = Promise.withResolvers<readonly ModelMetric[]>();
  const stop = (): void => found.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  worker.once('message', found.resolve).once('error', found.reject);
  worker.once('exit', (code) => found.reject(new Error(`the thread that evaluates models ended with ${code}`)));
  try {
    return await found.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
