import { Worker } from 'node:worker_threads';
import type { OnPipelineEvent } from '../operations/events.ts';
import type { SinkStatus } from '../operations/status.ts';
import type { SinkMessage, SinkOrder, SinkWork } from './sink-worker.ts';

export interface SinkThread {
  /** Resolves when the thread has committed and ended; rejects with what stopped it. */
  readonly done: Promise<void>;
  /** As of a moment ago. */
  readonly status: readonly SinkStatus[];
  /** Partitions taken over so far: from then on their positions on the log agree with the stores. */
  readonly taken: ReadonlySet<string>;
  /** Asks to write what is in hand at the end of the log: nothing more is to come. */
  hurry(): void;
}

// The sinks hold little, by their limits; without this V8 would let their garbage grow to several times that.
const resourceLimits = { maxYoungGenerationSizeMb: 24 };

/** Runs a shop's sinks in a thread of their own: encoding files and rows takes as long as computing them. */
export function startSinkThread(work: SinkWork, signal: AbortSignal, onEvent?: OnPipelineEvent): SinkThread {
  const worker = new Worker(new URL('./sink-worker.ts', import.meta.url), { workerData: work, resourceLimits });
  let status: readonly SinkStatus[] = [];
  let taken: ReadonlySet<string> = new Set();
  const order = (what: SinkOrder): void => worker.postMessage(what);
  const stop = (): void => order('stop');
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  worker.on('message', (message: SinkMessage) => {
    if (message.kind === 'event') onEvent?.(message.event);
    else ({ sinks: status, taken } = message);
  });
  const done = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the sinks' thread ended with exit code ${code}`));
    });
  });
  return {
    done,
    hurry: () => order('hurry'),
    get status() {
      return status;
    },
    get taken() {
      return taken;
    },
  };
}
