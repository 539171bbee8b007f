import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process this is, as far as others on the same machine can check whether it still runs. */
export interface ProcessIdentity {
  /** Machine, boot and process namespace: only within one of these do process ids mean the same. */
  readonly host: string;
  readonly pid: number;
  /** When it started, in the kernel's own count, so that a process id used again is noticed; empty where there is no /proc. */
  readonly born: string;
}

export function thisProcess(): ProcessIdentity {
  return { host, pid: process.pid, born: startOf(process.pid) ?? '' };
}

/** Whether a process has certainly ended. `false` also when that cannot be known: then only its silence tells. */
export function hasEnded(identity: ProcessIdentity): boolean {
  if (identity.host !== host) return false;
  const start = startOf(identity.pid);
  if (start !== undefined) return identity.born !== '' && start !== identity.born;
  try {
    process.kill(identity.pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

const host = [
  hostname(),
  read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  read(() => readlinkSync('/proc/self/ns/pid')),
].join(' ');

/** The start time from /proc, `ended` for a zombie; `undefined` when the process is gone or hidden, or when there is no /proc. */
function startOf(pid: number): string | undefined {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === '') return undefined;
  // The second field is the command in brackets, and may hold anything.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? 'ended' : rest[18];
}

function read(source: () => string): string {
  try {
    return source();
  } catch {
    // Not there: macOS, Windows, or a process that has ended.
    return '';
  }
}
