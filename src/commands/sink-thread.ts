import { Worker } from 'node:worker_threads';
import type { Progress, SinkWork } from './sink-worker.ts';
import type { SinkName } from './sinks.ts';

export interface SinkThread {
  /** Resolves when the thread has committed and ended; rejects with what stopped it. */
  readonly done: Promise<void>;
  /** Records written so far. */
  readonly written: Readonly<Record<SinkName, number>>;
  /** Partitions taken over so far: from then on their positions on the log agree with the stores. */
  readonly taken: number;
}

// The sinks hold little, by their limits; without this V8 would let their garbage grow to several times that.
const resourceLimits = { maxYoungGenerationSizeMb: 24 };

/** Runs a shop's sinks in a thread of their own: encoding files and rows takes as long as computing them. */
export function startSinkThread(work: SinkWork, signal: AbortSignal): SinkThread {
  const worker = new Worker(new URL('./sink-worker.ts', import.meta.url), { workerData: work, resourceLimits });
  const written = { sqlite: 0, files: 0 };
  let taken = 0;
  const stop = (): void => worker.postMessage('stop');
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  worker.on('message', (more: Progress) => {
    written.sqlite += more.sqlite;
    written.files += more.files;
    taken += more.taken;
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
    written,
    get taken() {
      return taken;
    },
  };
}
