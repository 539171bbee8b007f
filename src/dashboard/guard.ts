import { isIP } from 'node:net';
import { Failure } from './failure.ts';

/** Headers of a request that say who asks. */
export interface Asking {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | undefined;
  readonly 'sec-fetch-mode'?: string | undefined;
}

export interface GuardOptions {
  /** Where the server listens: a name or an address. */
  readonly host: string;
  /** Other names by which it may be asked for, such as that of a proxy before it. */
  readonly names: readonly string[];
}

/** @throws Failure FOREIGN_HOST, FOREIGN_ORIGIN */
export type Guard = (method: string, asking: Asking) => void;

const local = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses what a foreign web page has a browser ask for. Localhost is not private: any page may send requests there, and by a
 * DNS name of its own that it lets point here (rebinding) read the answers as well. So the name by which we are asked for must be
 * ours, and a browser's request must come from a page of ours. Addresses cannot be rebound; where we listen on more than loopback
 * any of them may be ours.
 */
export function guard({ host, names }: GuardOptions): Guard {
  const known = new Set([...local, ...names.map((name) => name.toLowerCase())]);
  const isLocal = isLoopback(host);
  if (!isLocal) known.add(host.toLowerCase());
  return (method, asking) => {
    const name = nameIn(asking.host);
    if (name === undefined || !(known.has(name) || (!isLocal && isAddress(name))))
      throw new Failure(
        403,
        'FOREIGN_HOST',
        `this server is not called ${asking.host ?? 'nothing'}: ask by its address, or name it in EBB_HOSTS`,
      );
    const { origin } = asking;
    const from = origin === undefined ? undefined : /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
    if (origin !== undefined && from?.toLowerCase() !== asking.host?.toLowerCase())
      throw new Failure(403, 'FOREIGN_ORIGIN', `pages of ${origin} may not ask this server`);
    const site = asking['sec-fetch-site'];
    const isForeign = site === 'cross-site' || site === 'same-site';
    // Following a link to our page is no harm: nobody but its reader sees it.
    const isVisit = method === 'GET' && asking['sec-fetch-mode'] === 'navigate';
    if (isForeign && !isVisit) throw new Failure(403, 'FOREIGN_ORIGIN', 'pages of other sites may not ask this server');
  };
}

/** Whether nobody else can ask: we neither listen elsewhere nor are known by another name, as behind a proxy. */
export function isOwnMachine({ host, hosts }: { readonly host: string; readonly hosts: readonly string[] }): boolean {
  return isLoopback(host) && hosts.length === 0;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** `shop.example:7070` → `shop.example`; an IPv6 address keeps its brackets. */
function nameIn(host: string | undefined): string | undefined {
  return /^(\[[\da-f:.]+\]|[^\s:[\]/]+)(?::\d+)?$/i.exec(host ?? '')?.[1]?.toLowerCase();
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
