/** A server as a process of its own: started once, found again by any later process through its state file, and ended. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { StackError } from './error.ts';
import { ownsPort, refuseTaken } from './ports.ts';
import { identityOf, isAlive, isPaused, type ProcessIdentity } from './process-identity.ts';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Over the environment of the process that starts it. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** One process of a service, such as one broker. */
export interface ServerSpec {
  /** Such as `kafka-1`; no two in a stack are the same. */
  readonly name: string;
  /** Its data, configuration, log and state file. */
  readonly dir: string;
  /** What it listens on, by what for. */
  readonly ports: Readonly<Record<string, number>>;
  /** Where clients find it. */
  readonly address: string;
  /** Brings program, data and configuration in place, unless they are there. @returns what to run */
  readonly prepare: () => Promise<Command>;
  /** `undefined` when it serves, else what is missing. Asked only when its ports are its own. */
  readonly missing: () => Promise<string | undefined>;
  /** ms that it may take to end by itself. */
  readonly grace: number;
}

export type ServerState =
  | { readonly is: 'down' }
  | { readonly is: 'unhealthy'; readonly pid: number; readonly missing: string }
  | { readonly is: 'healthy'; readonly pid: number };

export interface Server {
  readonly spec: ServerSpec;
  readonly log: string;
  state(): Promise<ServerState>;
  /** @throws StackError PORT_TAKEN when it is down and another process has one of its ports */
  claimPorts(): void;
  /**
   * Starts the process unless it is alive.
   * @returns whether it was started
   * @throws StackError PORT_TAKEN
   */
  launch(): Promise<boolean>;
  /** @throws StackError NOT_READY with the end of its log, when it ends or says nothing for two minutes */
  untilHealthy(): Promise<void>;
  /** SIGTERM, and SIGKILL when it has not ended by then. Does nothing when it is down. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: it holds its ports and answers nothing. */
  pause(): void;
  resume(): void;
}

const LONGEST_START = 120_000;
const stateSchema = z.object({ pid: z.number(), started: z.string() });

/** @param endsWithParent whether the process is ended when the one that started it ends, however that ends */
export function serverOf(spec: ServerSpec, { endsWithParent }: { readonly endsWithParent: boolean }): Server {
  const [log, stateFile] = [join(spec.dir, 'server.log'), join(spec.dir, 'process.json')];
  const running = (): ProcessIdentity | undefined => {
    const identity = readState(stateFile);
    return identity !== undefined && isAlive(identity) ? identity : undefined;
  };
  const signal = (name: NodeJS.Signals): void => {
    const identity = running();
    if (identity !== undefined) process.kill(identity.pid, name);
  };
  const gone = async (limit: number): Promise<boolean> => {
    const until = performance.now() + limit;
    while (running() !== undefined) {
      if (performance.now() > until) return false;
      await sleep(20);
    }
    rmSync(stateFile, { force: true });
    return true;
  };
  const state = async (): Promise<ServerState> => {
    const identity = running();
    if (identity === undefined) return { is: 'down' };
    const { pid } = identity;
    if (isPaused(identity)) return { is: 'unhealthy', pid, missing: `process ${pid} is stopped (SIGSTOP)` };
    const closed = Object.entries(spec.ports).find(([, port]) => !ownsPort(pid, port));
    if (closed !== undefined)
      return { is: 'unhealthy', pid, missing: `process ${pid} does not listen on port ${closed[1]} (${closed[0]})` };
    const missing = await spec.missing();
    return missing === undefined ? { is: 'healthy', pid } : { is: 'unhealthy', pid, missing };
  };
  const claimPorts = (): void => {
    if (running() !== undefined) return;
    for (const [purpose, port] of Object.entries(spec.ports)) refuseTaken(`${spec.name} (${purpose})`, port);
  };
  return {
    spec,
    log,
    state,
    claimPorts,
    async launch() {
      if (running() !== undefined) return false;
      claimPorts();
      mkdirSync(spec.dir, { recursive: true });
      const { program, args, environment } = await spec.prepare();
      const output = openSync(log, 'a');
      const [file, words] = endsWithParent
        ? ['setpriv', ['--pdeathsig', 'KILL', program, ...args]]
        : [program, [...args]];
      const env = { ...process.env, ...environment };
      const child = spawn(file, words, { cwd: spec.dir, env, detached: true, stdio: ['ignore', output, output] });
      const failed = new Promise<Error>((done) => child.once('error', done));
      closeSync(output);
      child.unref();
      if (child.pid === undefined)
        throw new StackError('MISSING', `${spec.name} could not be started: ${(await failed).message}`);
      const identity = identityOf(child.pid);
      if (identity !== undefined) {
        writeFileSync(`${stateFile}.new`, JSON.stringify(identity));
        renameSync(`${stateFile}.new`, stateFile);
      }
      return true;
    },
    async untilHealthy() {
      const until = performance.now() + LONGEST_START;
      for (;;) {
        const now = await state();
        if (now.is === 'healthy') return;
        if (now.is === 'down')
          throw new StackError('NOT_READY', `${spec.name} ended while it was starting. ${tailOf(log)}`);
        if (performance.now() > until)
          throw new StackError(
            'NOT_READY',
            `${spec.name} is not ready after ${LONGEST_START / 1000} s: ${now.missing}. It is left running. ${tailOf(log)}`,
          );
        await sleep(50);
      }
    },
    async stop() {
      signal('SIGTERM');
      // One that is paused would not see it.
      signal('SIGCONT');
      if (await gone(spec.grace)) return;
      signal('SIGKILL');
      await gone(LONGEST_START);
    },
    async kill() {
      signal('SIGKILL');
      await gone(LONGEST_START);
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
  };
}

function readState(path: string): ProcessIdentity | undefined {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new StackError('CONFLICT', `${path} does not say which process it is about; remove it.`, { cause: error });
  }
}

const TAIL = 16_384;

function tailOf(log: string): string {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  const lines = size === 0 ? [] : readFileSync(log).subarray(-TAIL).toString().trimEnd().split('\n').slice(-15);
  return `Its log, ${log}, ends:\n${lines.join('\n')}`;
}
