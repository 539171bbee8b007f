/** Who listens on a TCP port, by Linux's /proc: that something answers does not say that it is the process meant. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { StackError } from './error.ts';
import { commandOf } from './process-identity.ts';

const LISTEN = '0A';

/** Whether this very process listens on the port. */
export function ownsPort(pid: number, port: number): boolean {
  const sockets = socketsOn(port);
  return sockets.size > 0 && holdsOne(pid, sockets);
}

/** @throws StackError PORT_TAKEN naming the process that listens, when one does */
export function refuseTaken(purpose: string, port: number): void {
  const sockets = socketsOn(port);
  if (sockets.size === 0) return;
  const pid = processes().find((one) => holdsOne(one, sockets));
  const who =
    pid === undefined
      ? 'a process that this user may not look at'
      : `process ${pid} (${shortened(commandOf(pid) ?? 'its command cannot be read')})`;
  throw new StackError(
    'PORT_TAKEN',
    `Port ${port}, for ${purpose}, is taken by ${who}. Nothing was started there: end that process, or choose another port.`,
  );
}

/**
 * Ports that nobody listens on now, below those that the kernel gives to outgoing connections: a server that is down for
 * a while finds its port free again, and nobody who tries to reach it meanwhile is connected to himself.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const [lowest, highest] = [10_000, Math.max(11_000, lowestOutgoing()) - 1];
  const found = new Set<number>();
  while (found.size < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (!refusedByFetch.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

/** Of the "bad ports" of the Fetch standard, those from 10,000: `fetch` asks nothing of a server there. */
const refusedByFetch = new Set([10_080]);

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, () => server.close(() => done(true)));
  });
}

function lowestOutgoing(): number {
  return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0]);
}

/** Inodes of the sockets that listen on a port. */
function socketsOn(port: number): ReadonlySet<string> {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = ['tcp', 'tcp6'].flatMap((table) =>
    linesOf(`/proc/net/${table}`)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTEN && fields[1]?.endsWith(ending) === true)
      .map((fields) => fields[9] ?? ''),
  );
  return new Set(inodes);
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    // A machine without IPv6 has no such table.
    return [];
  }
}

function processes(): readonly number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

function holdsOne(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    // It has ended, or is not ours to look at.
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed since it was listed.
    return '';
  }
}

function shortened(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
