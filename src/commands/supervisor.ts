import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a worker ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** ms that it ran. */
  readonly ran: number;
}

export interface SuperviseOptions {
  readonly workers: number;
  /** Asks all to commit and end. */
  readonly stop: AbortSignal;
  /** Starts worker `number`, 1 … */
  start(number: number): ChildProcess;
  /** @param pause ms until it is started again; `undefined`: it is not */
  onEnd(number: number, end: WorkerEnd, pause: number | undefined): void;
  /** Why the worker could not go on, as far as it said. */
  reasonOf(number: number): string | undefined;
}

export class WorkerError extends Error {
  override readonly name = 'WorkerError';
}

/** A worker that ran for so many ms before it ended did start well. */
const STARTED_WELL = 30_000;
/** Ends of one worker, each soon after its start, after which starting it again is no help. */
const GIVE_UP = 3;
const FIRST_PAUSE = 500;

/**
 * Keeps so many workers running until `stop` aborts and all have ended. One that ends is started again, after 0.5 s and
 * then twice the pause before; one that keeps ending soon after its start ends all.
 * @throws WorkerError with what the first worker that cannot be healed said
 */
export async function supervise(options: SuperviseOptions): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([options.stop, failed.signal]);
  const living = new Set<ChildProcess>();
  // Whatever ends this process, its workers must not stay.
  const killAll = (): void => {
    for (const child of living) child.kill('SIGKILL');
  };
  const terminateAll = (): void => {
    for (const child of living) child.kill('SIGTERM');
  };
  process.once('exit', killAll);
  stop.addEventListener('abort', terminateAll, { once: true });
  const running = Array.from({ length: options.workers }, async (_, index) => {
    try {
      await keep(index + 1, options, living, stop);
    } catch (error) {
      failed.abort(error);
    }
  });
  await Promise.all(running);
  process.off('exit', killAll);
  stop.removeEventListener('abort', terminateAll);
  // The first to fail: the others were asked to end because of it.
  failed.signal.throwIfAborted();
}

async function keep(
  number: number,
  options: SuperviseOptions,
  living: Set<ChildProcess>,
  stop: AbortSignal,
): Promise<void> {
  let soon = 0;
  while (!stop.aborted) {
    const child = options.start(number);
    living.add(child);
    const end = await endOf(child);
    living.delete(child);
    if (stop.aborted) {
      options.onEnd(number, end, undefined);
      // Asked to end, it must have committed; one that had not begun yet ends by the signal itself.
      if (end.code !== 0 && end.signal !== 'SIGTERM' && end.signal !== 'SIGINT')
        throw new WorkerError(said(number, end, options.reasonOf(number)));
      return;
    }
    soon = end.ran < STARTED_WELL ? soon + 1 : 1;
    const pause = soon < GIVE_UP ? FIRST_PAUSE * 2 ** (soon - 1) : undefined;
    options.onEnd(number, end, pause);
    if (pause === undefined) {
      const again = `It ended ${GIVE_UP} times soon after its start, so the others were asked to end too.`;
      throw new WorkerError(`${said(number, end, options.reasonOf(number))} ${again}`);
    }
    await sleep(pause, undefined, { signal: stop }).catch(() => {});
  }
}

/** Resolves when it has ended and all that it said has been heard. */
async function endOf(child: ChildProcess): Promise<WorkerEnd> {
  const started = performance.now();
  const heard = new Promise<void>((done) => {
    child.once('disconnect', done);
  });
  const end = await new Promise<WorkerEnd>((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code, signal) => done({ code, signal, ran: performance.now() - started }));
  });
  await heard;
  return end;
}

function said(number: number, { code, signal }: WorkerEnd, reason: string | undefined): string {
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  return `worker ${number} ${how}${reason === undefined ? '.' : `: ${reason}${/[.!?]$/.test(reason) ? '' : '.'}`}`;
}
