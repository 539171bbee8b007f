import type { PipelineEvent } from '../operations/events.ts';
import { processMetrics } from '../operations/process-metrics.ts';
import { observing } from './observing.ts';
import { startPipeline } from './pipeline.ts';
import { pipelineOf, type RunWork } from './run-here.ts';
import { liveRegion } from './terminal.ts';
import type { FromWorker } from './worker-messages.ts';

const REPORT_EVERY = 500;
/** ms that a worker whose starter is gone has for its last commits. */
const LONGEST_END = 30_000;

/** Runs the partitions that fall to one worker until the process that started it asks it to end, or is gone. */
export async function runAsWorker(number: number, work: RunWork): Promise<void> {
  const { config, shop } = work;
  const stop = untilToldToEnd();
  const live = liveRegion();
  const own = config.metrics === undefined ? undefined : processMetrics({ worker: String(number) });
  try {
    await observing({ config, shop, command: 'run', live, worker: number }, async (observer) => {
      let events: PipelineEvent[] = [];
      const onEvent = (event: PipelineEvent): void => {
        observer.onEvent(event);
        // Each is a histogram's observation or a count elsewhere; without metrics nobody asks for them.
        if (own !== undefined) events.push(event);
      };
      const pipeline = await startPipeline({ ...pipelineOf(work), signal: stop, onEvent });
      observer.watch(pipeline);
      await say({ kind: 'started', readers: pipeline.readers, toTake: pipeline.toTake });
      let computed = false;
      const report = async (): Promise<void> => {
        const told = events;
        events = [];
        const values = (await own?.values()) ?? [];
        const [status, taken] = [pipeline.status(), pipeline.taken()];
        await say({ kind: 'report', status, taken, computed, events: told, process: values });
      };
      await report();
      const timer = setInterval(() => void report(), REPORT_EVERY);
      try {
        // The one that started it knows when all have caught up.
        const computing = work.untilCaughtUp ? pipeline.computed(stop).then(() => (computed = true)) : undefined;
        await Promise.all([pipeline.done, computing]);
      } finally {
        clearInterval(timer);
        await report();
      }
    });
  } catch (error) {
    await say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    if (process.connected) process.disconnect?.();
  }
}

/**
 * Aborts on SIGTERM, SIGINT, and when the starting process is gone. However often: a terminal and a service manager signal
 * whole groups of processes, and the starting process signals as well.
 */
function untilToldToEnd(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());
  const orphaned = (): void => {
    if (!stop.signal.aborted) setTimeout(() => process.exit(1), LONGEST_END).unref();
    stop.abort();
  };
  if (process.connected) process.once('disconnect', orphaned);
  else orphaned();
  return stop.signal;
}

/** Resolves when it has been sent; there is nobody to tell when the starting process is gone. */
async function say(message: FromWorker): Promise<void> {
  await new Promise<void>((sent) => {
    if (process.send === undefined || !process.connected) sent();
    else process.send(message, undefined, undefined, () => sent());
  });
}
