import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a piece of work took, by the best of its rounds: on a machine with other work, the steadier figure. */
export interface Measured {
  readonly records: number;
  /** Wall clock. */
  readonly seconds: number;
  /** CPU seconds, user and system, of all threads. */
  readonly cpu: number;
}

/** Work that says how many records it handled. */
export type Work = () => number | Promise<number>;

/**
 * Measures `work`. With several rounds, one more before them warms up; each begins with a collection.
 * @param prepare makes what a round needs, which is not measured
 */
export async function measure(prepare: () => Work, rounds = 1): Promise<Measured> {
  let records = 0;
  let seconds = Number.POSITIVE_INFINITY;
  let cpu = Number.POSITIVE_INFINITY;
  for (let round = rounds === 1 ? 1 : 0; round <= rounds; round++) {
    const work = prepare();
    collect();
    const before = process.cpuUsage();
    const start = performance.now();
    records = await work();
    const took = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(before);
    if (round === 0) continue;
    seconds = Math.min(seconds, took);
    cpu = Math.min(cpu, (user + system) / 1e6);
  }
  return { records, seconds, cpu };
}

/** Bytes in use after a collection, Buffers included. */
export function liveMemory(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

let gc: (() => void) | undefined;

function collect(): void {
  gc ??= exposeGc();
  gc();
  gc();
}

function exposeGc(): () => void {
  setFlagsFromString('--expose-gc');
  const exposed: unknown = runInNewContext('gc');
  if (typeof exposed !== 'function') throw new Error('node gives no gc');
  return () => void exposed();
}
