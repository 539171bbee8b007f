import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config.ts';
import type { Routes, SinkName } from './sinks.ts';
import { runSinks } from './sinks.ts';
import { openWorkplace } from './workplace.ts';

/** What the thread is started with. */
export interface SinkWork {
  readonly config: Config;
  readonly shop: string;
  readonly routes: Routes;
  readonly linger: number | undefined;
}

/** What it says: records written and partitions taken over since it last said so. */
export type Progress = Readonly<Record<SinkName | 'taken', number>>;

const REPORT_EVERY = 200;

const { config, shop, routes, linger }: SinkWork = workerData;
const stop = new AbortController();
// Any message asks to finish the commits in hand and leave.
parentPort?.once('message', () => stop.abort());

const progress = { sqlite: 0, files: 0, taken: 0 };
function report(): void {
  if (progress.sqlite + progress.files + progress.taken === 0) return;
  parentPort?.postMessage({ ...progress });
  Object.assign(progress, { sqlite: 0, files: 0, taken: 0 });
}

const timer = setInterval(report, REPORT_EVERY);
try {
  await using place = await openWorkplace(config);
  await runSinks(place, {
    shop,
    routes,
    linger,
    signal: stop.signal,
    onWritten(sink, records) {
      progress[sink] += records;
    },
    onTaken() {
      progress.taken++;
    },
  });
} finally {
  clearInterval(timer);
  report();
  parentPort?.close();
}
