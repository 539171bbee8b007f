import { parentPort, Worker, workerData } from 'node:worker_threads';
import { LogError, type LogErrorCode } from '../log/log.ts';

/** What the thread says: what it is asked for, and what it tells meanwhile. */
type FromThread<Step, Told> =
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'ended' }
  | { readonly kind: 'log-failed'; readonly code: LogErrorCode; readonly message: string }
  | { readonly kind: 'told'; readonly told: Told };

export interface StepsOptions<Told> {
  readonly signal: AbortSignal;
  /** Told what the thread tells on its way to the next step. */
  readonly onTold?: (told: Told) => void;
}

/**
 * Takes the steps of work that a thread of its own does, which goes on with the next one when it is asked for it: whatever a step
 * says has been done by then. Aborting ends the thread at once, and those that it started.
 * @param script calls `serveSteps` @param work given to it; plain data @throws the signal's reason, LogError, or what the thread threw
 */
export async function* stepsInThread<Step, Told = never>(
  script: URL,
  work: unknown,
  { signal, onTold }: StepsOptions<Told>,
): AsyncGenerator<Step, void, undefined> {
  signal.throwIfAborted();
  const worker = new Worker(script, { workerData: work });
  let answer = awaited<Exclude<FromThread<Step, Told>, { kind: 'told' }>>();
  const stop = (): void => answer.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  worker.on('message', (message: FromThread<Step, Told>) => {
    if (message.kind === 'told') onTold?.(message.told);
    else answer.resolve(message);
  });
  worker.once('error', (error) => answer.reject(error));
  worker.once('exit', (code) => answer.reject(new Error(`the thread of ${script.pathname} ended with ${code}`)));
  try {
    for (;;) {
      worker.postMessage('next');
      const message = await answer.promise;
      if (message.kind === 'ended') return;
      if (message.kind === 'log-failed') throw new LogError(message.code, message.message);
      answer = awaited();
      signal.throwIfAborted();
      yield message.step;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

/** A promise that may be rejected while a step is taken, before anybody looks at it. */
function awaited<T>(): PromiseWithResolvers<T> {
  const made = Promise.withResolvers<T>();
  made.promise.catch(() => {});
  return made;
}

/** In a thread: takes a step whenever it is asked for one. What the steps throw, but for a LogError, ends the thread. */
export function serveSteps<Work, Step, Told = never>(
  stepsOf: (work: Work, tell: (told: Told) => void) => AsyncIterable<Step>,
): void {
  const say = (message: FromThread<Step, Told>): void => parentPort?.postMessage(message);
  const steps = stepsOf(workerData, (told) => say({ kind: 'told', told }))[Symbol.asyncIterator]();
  parentPort?.on('message', async () => {
    try {
      const { done, value } = await steps.next();
      say(done === true ? { kind: 'ended' } : { kind: 'step', step: value });
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      say({ kind: 'log-failed', code: error.code, message: error.message });
    }
  });
}
