import { setTimeout as sleep } from 'node:timers/promises';
import { startEbb } from './ebb.testing.ts';

export interface Kill {
  /** ms after the process began. */
  readonly after: number;
}

export interface KilledRun {
  readonly kills: readonly Kill[];
  /** What the last process, which was let finish, said on stdout. */
  readonly stdout: string;
  readonly seconds: number;
}

export interface KillOptions {
  /** Arguments of `ebb`; the same command goes on from where it was killed. */
  readonly args: readonly string[];
  readonly kills: number;
  /** ms that an undisturbed run takes: kills are spread over it. */
  readonly calm: number;
  /** ms between the start of a process and its kill, instead of spreading kills over `calm`. */
  readonly every?: number | undefined;
  /** 0..1 */
  random(): number;
  onKill?(kill: Kill, number: number): void;
}

/**
 * Runs a command that is killed with SIGKILL at random instants and started again until it has been killed so many times
 * or has come to its end; the last process finishes by itself.
 * @throws Error when a process ends by itself with an error
 */
export async function runKilled(options: KillOptions): Promise<KilledRun> {
  const started = performance.now();
  const kills: Kill[] = [];
  const instants = spread(options);
  for (const after of [...instants, undefined]) {
    const { child, ended } = startEbb(options.args);
    const over = new AbortController();
    const killing =
      after === undefined
        ? undefined
        : sleep(after, undefined, { signal: over.signal }).then(
            () => child.kill('SIGKILL'),
            () => false,
          );
    const { code, signal, stdout, stderr } = await ended;
    over.abort();
    await killing;
    if (signal === 'SIGKILL' && after !== undefined) {
      kills.push({ after });
      options.onKill?.({ after }, kills.length);
      continue;
    }
    if (code !== 0)
      throw new Error(`ebb ended with ${code ?? signal} after ${kills.length} kills:\n${stdout}\n${stderr}`);
    // It may come to its end before the last kill.
    return { kills, stdout, seconds: (performance.now() - started) / 1000 };
  }
  throw new Error('ebb was not let finish');
}

/** ms from each start to its kill. Sorted instants of one undisturbed run, so that every phase of it has its kills. */
function spread({ kills, calm, every, random }: KillOptions): readonly number[] {
  if (every !== undefined) return Array.from({ length: kills }, () => every * (0.5 + random()));
  const instants = Array.from({ length: kills }, () => random() * calm).sort((a, b) => a - b);
  // A start costs time in which nothing is done yet.
  return instants.map((instant, index) => STARTING + instant - (instants[index - 1] ?? 0));
}

const STARTING = 400;
