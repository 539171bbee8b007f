import type { Config } from '../config.ts';
import type { PipelineStatus } from '../operations/status.ts';
import { untilSignalled } from './command.ts';
import { observing } from './observing.ts';
import { paceOf, paceText } from './pace.ts';
import { type PipelineOptions, startPipeline } from './pipeline.ts';
import { statusText } from './status.ts';
import { dim, type Live, liveRegion } from './terminal.ts';
import type { Workplace } from './workplace.ts';

/** What `ebb run` is to run. */
export interface RunWork {
  readonly config: Config;
  readonly place: Workplace;
  readonly shop: string;
  /** Names of topologies; none: all. */
  readonly only: readonly string[];
  readonly sinks: boolean;
  readonly untilCaughtUp: boolean;
}

/** Runs a shop's topologies and sinks in this process until a signal comes, or until they have caught up. */
export async function runHere(work: RunWork): Promise<void> {
  const { config, shop, untilCaughtUp } = work;
  const stopped = untilSignalled();
  const finished = new AbortController();
  const live = liveRegion();
  await observing({ config, shop, command: 'run', live }, async (observer) => {
    const signal = AbortSignal.any([stopped, finished.signal]);
    const pipeline = await startPipeline({ ...pipelineOf(work), signal, onEvent: observer.onEvent });
    observer.watch(pipeline);
    await showing(live, shop, pipeline.status, async () => {
      try {
        await (untilCaughtUp ? Promise.race([pipeline.caughtUp(stopped), pipeline.done]) : pipeline.done);
      } finally {
        finished.abort();
        await Promise.allSettled([pipeline.done]);
      }
      await pipeline.done;
    });
  });
}

export function pipelineOf({ place, shop, only, sinks }: RunWork): Omit<PipelineOptions, 'signal'> {
  return { place, shop, only, sinks };
}

/** Shows what is done while `work` goes on. */
export async function showing(
  live: Live,
  shop: string,
  status: () => PipelineStatus,
  work: () => Promise<void>,
): Promise<void> {
  const started = performance.now();
  const show = (): void => {
    const elapsed = performance.now() - started;
    const now = status();
    const pace = paceText(paceOf(now, elapsed), 'records');
    live.show(`${statusText(shop, now, elapsed)}${pace === '' ? '' : `\n${dim(pace, process.stderr)}`}`);
  };
  const timer = setInterval(show, 250);
  try {
    await work();
  } finally {
    clearInterval(timer);
    live.done();
  }
}
