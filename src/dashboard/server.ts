import type { AddressInfo } from 'node:net';
import limitRate from '@fastify/rate-limit';
import sockets from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Access, accessBy } from './access.ts';
import { type Api, apiOn } from './api.ts';
import { Failure } from './failure.ts';
import { failureOf } from './failures.ts';
import { guard } from './guard.ts';
import { type About, openApiRoute } from './open-api.ts';
import { servePage } from './page-files.ts';
import { isOpen, sessionRoutes, unauthorized } from './session.ts';

export interface ServerOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Where it listens; elsewhere than on loopback there must be a token. */
  readonly host: string;
  /** Other names by which browsers may ask for it, such as that of a proxy. */
  readonly names: readonly string[];
  /** Without it everybody who reaches the server may ask. */
  readonly token: string | undefined;
  /** For the OpenAPI document. */
  readonly about: About;
  /** Puts the routes there, besides the page, `/healthz` and `/api/session`. */
  readonly routes: (api: Api) => void;
  /** Told of defects, which their askers are not. */
  readonly onError: (error: unknown, request: string) => void;
  /** Wall clock, ms. */
  readonly now: () => number;
}

export interface Server extends AsyncDisposable {
  /** `http://127.0.0.1:7070` */
  readonly url: string;
}

export class ServerAddressError extends Error {
  override readonly name = 'ServerAddressError';
}

/** ms. A request, and its answer, take longer only in streams. */
const LONGEST = 30_000;
/** Requests of one address in ten seconds. */
const RATE = { max: 1_000, timeWindow: 10_000 };
/** Bytes of what a WebSocket is sent by who listens. */
const LONGEST_MESSAGE = 1_024;
/** A customer's id may be long. */
const LONGEST_PARAM = 512;

const headers = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Serves the page and the API until it is disposed of. @throws ServerAddressError when it cannot listen there */
export async function openServer(options: ServerOptions): Promise<Server> {
  const { port, host } = options;
  const ending = new AbortController();
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const failure = failureOf(error);
    if (failure.code === 'INTERNAL') options.onError(error, `${request.method} ${request.routeOptions.url ?? ''}`);
    if (failure.retryAfter !== undefined) reply.header('retry-after', String(failure.retryAfter));
    reply.code(failure.status).send(failure.body);
  };
  const app = fastify({
    requestTimeout: LONGEST,
    handlerTimeout: LONGEST,
    keepAliveTimeout: 72_000,
    routerOptions: { maxParamLength: LONGEST_PARAM },
    forceCloseConnections: true,
    frameworkErrors: fail,
  });
  app.setErrorHandler(fail);
  app.setNotFoundHandler((request, reply) =>
    fail(new Failure(404, 'NOT_FOUND', `there is no ${request.method} ${request.url}`), request, reply),
  );
  const portOf = (): number => (app.server.address() as AddressInfo).port;
  const access = accessBy(options.token, portOf, options.now);
  await protect(app, options, access);
  await app.register(sockets, { options: { maxPayload: LONGEST_MESSAGE } });
  const api = apiOn(app, ending.signal, options.onError);
  sessionRoutes(api, access);
  app.get('/healthz', { config: { rateLimit: false } }, async (_, reply) => reply.type('text/plain').send('ok\n'));
  servePage(app);
  options.routes(api);
  openApiRoute(api, options.about);
  try {
    await app.listen({ port, host });
  } catch (cause) {
    await app.close();
    throw cannotListen(options, cause);
  }
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${portOf()}`,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await app.close();
    },
  };
}

/** What every request has to pass, and every answer carries. */
async function protect(app: FastifyInstance, options: ServerOptions, access: Access): Promise<void> {
  const check = guard(options);
  // A page of another site may send plain text without asking first.
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    // Node reads no more requests from a connection that was to be a WebSocket, and leaves it to us.
    if (request.headers.upgrade !== undefined) {
      reply.header('connection', 'close');
      reply.raw.once('finish', () => request.raw.socket.destroySoon());
    }
    if (!isOpen(request.routeOptions.url)) reply.header('cache-control', 'no-store');
    check(request.method, request.headers);
  });
  await app.register(limitRate, { ...RATE, errorResponseBuilder: (_, { ttl }) => tooMany(ttl) });
  const tries = new Tries(options.now);
  app.addHook('preParsing', async ({ headers, ip, routeOptions }) => {
    if (isOpen(routeOptions.url) || !access.isNeeded) return;
    // Also the right one is refused then, or they could be tried as fast as one likes.
    if (headers.authorization !== undefined && tries.areTooMany(ip)) throw tooMany(TRY_WINDOW);
    if (access.allows(headers)) return;
    if (headers.authorization !== undefined) tries.count(ip);
    throw unauthorized('a token is needed');
  });
}

/** Wrong tokens that one address may send in so many ms. */
const MOST_TRIES = 10;
const TRY_WINDOW = 10_000;

/** Wrong tokens by address, in a window of time that all share. */
class Tries {
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #until = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  areTooMany(address: string): boolean {
    return this.#now() < this.#until && (this.#counts.get(address) ?? 0) >= MOST_TRIES;
  }

  count(address: string): void {
    if (this.#now() >= this.#until) {
      this.#counts.clear();
      this.#until = this.#now() + TRY_WINDOW;
    }
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
  }
}

function tooMany(ms: number): Failure {
  const retryAfter = Math.max(1, Math.ceil(ms / 1000));
  return new Failure(429, 'TOO_MANY_REQUESTS', `too many requests: ask again in ${retryAfter} s`, { retryAfter });
}

function cannotListen({ host, port }: ServerOptions, cause: unknown): ServerAddressError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const why =
    code === 'EADDRINUSE'
      ? 'another program listens there'
      : code === 'EACCES'
        ? 'ports below 1024 are not for everybody'
        : cause instanceof Error
          ? cause.message
          : String(cause);
  return new ServerAddressError(
    `the dashboard cannot listen on ${host}:${port}: ${why}. Give --port another, or 0 for any`,
    { cause },
  );
}
