import { setTimeout as sleep } from 'node:timers/promises';
import { type Ended, type Started, startEbb } from './ebb.testing.ts';

export interface KeptAliveOptions {
  readonly args: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
  /** It may end by itself with 0, and is not started again then. */
  readonly ends: boolean;
  /** ms after which a process counts as hung, and is killed. */
  readonly longest: number;
}

/** A command that is started again whenever somebody kills it. */
export interface KeptAlive {
  /** Kills the process of now, unless it is frozen or has ended; whether it did. */
  kill(): boolean;
  /** Stops it for `ms`, as a machine does that swaps or migrates; whether it did. */
  freeze(ms: number): Promise<boolean>;
  /** What each process said on stderr. */
  readonly said: readonly string[];
  /** What the process of now has said on stderr, as far as it has not ended. */
  saying(): string;
  /** Resolves when it has ended by itself or was asked to; rejects when it ended otherwise than by `kill`. */
  readonly done: Promise<Ended>;
  /** SIGTERM, once it has said something: one that is not up yet would die of it. */
  stop(): Promise<Ended>;
  /** SIGKILL, for good. */
  [Symbol.dispose](): void;
}

/** Runs `ebb`, and again after each kill. */
export function keepAlive({ args, settings, ends, longest }: KeptAliveOptions): KeptAlive {
  let running: Started;
  let killed = false;
  let frozen = false;
  let stopping = false;
  let over = false;
  const said: string[] = [];
  const run = async (): Promise<Ended> => {
    for (;;) {
      // What it logs says when it is up.
      running = startEbb(args, '', { EBB_LOG_LEVEL: 'info', ...settings }, longest);
      const ended = await running.ended;
      said.push(ended.stderr);
      if (killed && !stopping) {
        killed = false;
        continue;
      }
      over = true;
      const well = ended.code === 0 && (ends || stopping);
      if (well || (killed && ended.signal === 'SIGKILL')) return ended;
      throw new Error(
        `ebb ${args.join(' ')} ended with ${ended.code ?? ended.signal}:\n${ended.stdout}\n${ended.stderr.slice(-8_000)}`,
      );
    }
  };
  const done = run();
  // Seen by whoever awaits `done` or `stop`.
  done.catch(() => undefined);
  return {
    kill() {
      if (frozen || killed || over || stopping) return false;
      killed = running.child.kill('SIGKILL');
      return killed;
    },
    async freeze(ms) {
      if (frozen || killed || over || stopping) return false;
      const { child } = running;
      frozen = child.kill('SIGSTOP');
      await sleep(ms);
      child.kill('SIGCONT');
      frozen = false;
      return true;
    },
    said,
    saying: () => (over ? '' : running.output.stderr),
    done,
    async stop() {
      while (!over && running.output.stderr === '') await sleep(20);
      stopping = true;
      running.child.kill('SIGTERM');
      return done;
    },
    [Symbol.dispose]() {
      stopping = true;
      if (!over) running.child.kill('SIGKILL');
    },
  };
}
