import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { countsOnly, merged } from '../operations/merge.ts';
import type { PipelineStatus } from '../operations/status.ts';
import { untilCaughtUp } from './caught-up.ts';
import { untilSignalled } from './command.ts';
import { observing } from './observing.ts';
import { type RunWork, showing } from './run-here.ts';
import { supervise, type WorkerEnd } from './supervisor.ts';
import { type Live, liveRegion } from './terminal.ts';
import { type FromWorker, WORKER } from './worker-messages.ts';

type Report = Extract<FromWorker, { readonly kind: 'report' }>;
type Started = Extract<FromWorker, { readonly kind: 'started' }>;

interface Worker {
  report: Report | undefined;
  reason: string | undefined;
}

/**
 * Runs a shop in so many processes, which share its partitions as any processes of a group do; topologies and sinks run in
 * each of them, and this one only starts them, sums them up and serves their metrics.
 * @throws WorkerError when a worker cannot be kept running
 */
export async function runWorkers(work: RunWork, count: number): Promise<void> {
  const { config, place, shop } = work;
  const stopped = untilSignalled();
  const finished = new AbortController();
  const live = liveRegion();
  const stop = AbortSignal.any([stopped, finished.signal]);
  const workers = new Map<number, Worker>();
  const first = Promise.withResolvers<Started>();
  const taken = new Set<string>();
  /** What processes that have ended had counted: Prometheus takes a count that falls for a restart of all. */
  let ended: PipelineStatus = { topologies: [], sinks: [] };
  const reports = (): readonly Report[] => [...workers.values()].flatMap(({ report }) => report ?? []);
  const status = (): PipelineStatus => merged([ended, ...reports().map((report) => report.status)]);
  const labels = { worker: 'none' };
  await observing({ config, shop, command: 'run', live, labels }, async ({ onEvent, onLogged, watch }) => {
    watch({
      status,
      processes: () => reports().map((report) => report.process),
      waiting: () =>
        Array.from({ length: count }, (_, index) => index + 1)
          .filter((number) => workers.get(number)?.report === undefined)
          .map((number) => `worker ${number} starts`),
    });
    const start = (number: number): ChildProcess => {
      const worker: Worker = { report: undefined, reason: undefined };
      workers.set(number, worker);
      const child = startWorker(number, live);
      onEvent({ kind: 'worker-started', worker: number, process: child.pid });
      child.on('message', (message: FromWorker) => {
        if (message.kind === 'started') first.resolve(message);
        else if (message.kind === 'failed') worker.reason = message.message;
        else {
          worker.report = message;
          for (const one of message.taken) taken.add(one);
          for (const event of message.events) onLogged(event);
        }
      });
      return child;
    };
    const onEnd = (number: number, end: WorkerEnd, pause: number | undefined): void => {
      const report = workers.get(number)?.report;
      if (report !== undefined) ended = merged([ended, countsOnly(report.status)]);
      workers.set(number, { report: undefined, reason: workers.get(number)?.reason });
      onEvent({ kind: 'worker-ended', worker: number, ...end, pause, asked: stop.aborted });
    };
    const reasonOf = (number: number): string | undefined => workers.get(number)?.reason;
    const running = supervise({ workers: count, stop, start, onEnd, reasonOf });
    const caughtUp = async (): Promise<void> => {
      const { readers, toTake } = await first.promise;
      const catchingUp = { readers, toTake, taken: () => taken.size, since: performance.now() };
      await untilCaughtUp(place.log, catchingUp, stop);
      const isComputed = () => reports().filter(({ computed }) => computed).length === count;
      while (!isComputed() && !stop.aborted) await sleep(50, undefined, { signal: stop }).catch(() => {});
      // What was computed last goes to the tables, too.
      await untilCaughtUp(place.log, catchingUp, stop);
    };
    await showing(live, shop, status, async () => {
      try {
        await (work.untilCaughtUp ? Promise.race([caughtUp(), running]) : running);
      } finally {
        finished.abort();
        await Promise.allSettled([running]);
      }
      await running;
    });
  });
}

/** Forks the same command; on a terminal its log lines go above what is shown here. */
function startWorker(number: number, live: Live): ChildProcess {
  const people = process.stderr.isTTY === true;
  const child = fork(process.argv[1] ?? '', process.argv.slice(2), {
    env: { ...asPeopleSeeIt(people), ...process.env, [WORKER]: String(number) },
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', people ? 'pipe' : 'inherit', 'ipc'],
  });
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', (line) => live.above(line));
  return child;
}

/** A worker's stderr is a pipe then, which would make it write JSON. */
function asPeopleSeeIt(people: boolean): Readonly<Record<string, string>> {
  return people ? { EBB_LOG_FORMAT: 'pretty', EBB_LOG_LEVEL: 'warn' } : {};
}
