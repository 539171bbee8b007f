import type { ModelMetric } from '../../../schemas/generated.ts';
import type { Month } from '../../churn/live-metrics.ts';
import { inThread } from '../in-thread.ts';

export interface EvaluateWork {
  readonly month: Month;
  /** Of the bootstrap. */
  readonly samples: number;
}

/** `liveMetrics` in a thread. @throws the signal's reason, or what the thread threw */
export function evaluateInThread(work: EvaluateWork, signal: AbortSignal): Promise<readonly ModelMetric[]> {
  return inThread(new URL('./worker.ts', import.meta.url), work, signal);
}
