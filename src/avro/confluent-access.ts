/** Where a schema registry is and how to be let in, taken apart so that secrets never get into a message. */
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { AvroError } from './error.ts';

export interface AccessOptions {
  /**
   * Where its API begins: `http://localhost:8081`, of Apicurio `http://localhost:8080/apis/ccompat/v7`. A name and password
   * in it are taken for `auth`.
   */
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string } | { readonly token: string } | undefined;
  /** PEM. */
  readonly tls?: TlsOptions | undefined;
}

export interface TlsOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
}

export interface Access {
  /** Without credentials: to ask and to print. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Keeps connections open between requests; whoever made it destroys it. */
  readonly agent: Agent;
}

/** @throws AvroError UNAVAILABLE when the address is none */
export function accessOf({ url, auth, tls }: AccessOptions): Access {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    // What was given is not repeated: there may be a password in it.
    throw new AvroError(
      'UNAVAILABLE',
      "the schema registry's address is no URL: it begins with http:// or https://, e.g. http://localhost:8081",
    );
  }
  const { protocol, host, pathname, username, password } = parsed;
  const inUrl = username === '' ? undefined : { username: decoded(username), password: decoded(password) };
  const authorization = authorizationOf(auth ?? inUrl);
  return {
    address: `${protocol}//${host}${pathname.replace(/\/+$/, '')}`,
    headers: authorization === undefined ? {} : { authorization },
    agent: protocol === 'https:' ? new SecureAgent({ keepAlive: true, ...tls }) : new Agent({ keepAlive: true }),
  };
}

function authorizationOf(auth: AccessOptions['auth']): string | undefined {
  if (auth === undefined) {
    return undefined;
  }
  return 'token' in auth
    ? `Bearer ${auth.token}`
    : `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
}

/** A password with a lone `%` is taken as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
