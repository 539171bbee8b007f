import type { Challenge, Verdict } from '../../churn/compare.ts';
import { inThread } from '../in-thread.ts';

/** `compareKinds` in a thread. @throws the signal's reason, or what the thread threw */
export function compareInThread(challenges: readonly Challenge[], signal: AbortSignal): Promise<readonly Verdict[]> {
  return inThread(new URL('./compare-worker.ts', import.meta.url), challenges, signal);
}
