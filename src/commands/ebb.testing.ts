import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** How a run of the command ended. */
export interface Ended {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has said so far. */
  readonly output: Pick<Ended, 'stdout' | 'stderr'>;
}

/** Nothing that a person waits for takes longer; a command that does is killed, and its test says so. */
const LONGEST = 240_000;

/** As scripts/bootstrap.mjs has it. */
const quiet = ['--disable-warning=TimeoutNegativeWarning', '--disable-warning=ExperimentalWarning'];

const running = new Map<ChildProcess, Promise<unknown>>();

/** The JSON that is the first thing it prints, once it has. */
export async function printed<T>({ child, output }: Started): Promise<T> {
  while (!output.stdout.includes('\n')) await once(child.stdout ?? child, 'data');
  return JSON.parse(output.stdout);
}

/** Kills what was started and has not ended, as when a test has failed. */
export async function killStarted(): Promise<void> {
  for (const child of running.keys()) child.kill('SIGKILL');
  await Promise.allSettled(running.values());
}

/** Starts the real `ebb` in a process of its own, with none of the caller's `EBB_*` settings, and without a log unless `settings` ask for one. */
export function startEbb(
  args: readonly string[],
  stdin = '',
  settings: Readonly<Record<string, string>> = {},
  longest = LONGEST,
): Started {
  const given = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('EBB_')));
  const env = { ...given, EBB_LOG_LEVEL: 'silent', ...settings };
  const child = spawn(process.execPath, [...quiet, join(root, 'src/cli.ts'), ...args], { env, stdio: 'pipe' });
  const clock = setTimeout(() => child.kill('SIGKILL'), longest);
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8');
    child[stream].on('data', (text: string) => {
      output[stream] += text;
    });
  }
  child.stdin.on('error', () => {
    // A process killed before it reads has closed its end: how it ended says the rest.
  });
  child.stdin.end(stdin);
  const ended = new Promise<Ended>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => {
      clearTimeout(clock);
      running.delete(child);
      done({ code, signal, ...output });
    });
  });
  running.set(child, ended);
  return { child, ended, output };
}

/** Runs `ebb` to its end. */
export function ebb(...args: readonly string[]): Promise<Ended> {
  return startEbb(args).ended;
}

/** Runs `ebb` to its end. @throws Error with everything that it said, unless its exit code is 0 */
export async function ebbOk(...args: readonly string[]): Promise<Ended> {
  const ended = await ebb(...args);
  if (ended.code !== 0)
    throw new Error(
      `ebb ${args.join(' ')} ended with ${ended.code ?? ended.signal}:\n${ended.stdout}\n${ended.stderr}`,
    );
  return ended;
}

/** Where the public datasets are (datasets/README.md says how to get them); `undefined` when they are not there. */
export function realFile(name: string): string | undefined {
  const path = resolve(root, process.env.EBB_DATASETS ?? '../shared/datasets', name);
  return existsSync(path) ? path : undefined;
}
