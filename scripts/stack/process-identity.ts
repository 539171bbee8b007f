/** Which process is meant: a number alone may have been given to another one since. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** The boot, and the clock ticks from it to the process's start. */
  readonly started: string;
}

/** `undefined` when there is no such process, or only what its parent has not collected (a zombie). */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid);
  return stat === undefined || (/[ZX]/.test(stat.state) && threadsOf(pid) <= 1)
    ? undefined
    : { pid, started: `${bootId()}:${stat.startTicks}` };
}

export function isAlive({ pid, started }: ProcessIdentity): boolean {
  return identityOf(pid)?.started === started;
}

/** Stopped by SIGSTOP: alive, and answers nothing. */
export function isPaused(identity: ProcessIdentity): boolean {
  return isAlive(identity) && statOf(identity.pid)?.state === 'T';
}

/** What a process was started as, for people; `undefined` when it may not be read. */
export function commandOf(pid: number): string | undefined {
  const words = readProc(`${pid}/cmdline`)?.split('\0').filter(Boolean);
  return words === undefined || words.length === 0 ? readProc(`${pid}/comm`)?.trim() : words.join(' ');
}

function statOf(pid: number): { readonly state: string; readonly startTicks: string } | undefined {
  const text = readProc(`${pid}/stat`);
  // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
}

/** A process that was killed looks like a zombie while its other threads still end, and holds its ports until they have. */
function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    // It has ended.
    return 0;
  }
}

function bootId(): string {
  return readProc('sys/kernel/random/boot_id')?.trim() ?? '';
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    // The process has ended, or is not ours to look at.
    return undefined;
  }
}
