import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

/** What a process says of itself when it has ended. */
const took = z.object({
  seconds: z.number(),
  cpu: z.number(),
  rss: z.number(),
  commits: z.object({ count: z.number(), p50: z.number(), p99: z.number() }).optional(),
});
export type Took = z.output<typeof took>;

export class ChildError extends Error {
  override readonly name = 'ChildError';
}

export interface Child {
  readonly process: ChildProcess;
  /** @throws ChildError when it fails */
  readonly took: Promise<Took>;
}

/** Runs one of these programs with the flags of this process, as `ebb` runs. */
export function start(program: string, args: readonly string[], environment: Readonly<Record<string, string>>): Child {
  const file = join(import.meta.dirname, program);
  const child = spawn(process.execPath, [...process.execArgv, file, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes;
  });
  const ended = new Promise<Took>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(took.parse(JSON.parse(said)));
      else reject(new ChildError(`${program} ${args.join(' ')} ended with ${code}`));
    });
  });
  return { process: child, took: ended };
}
