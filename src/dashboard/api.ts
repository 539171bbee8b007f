import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { Failure } from './failure.ts';
import { failureOf } from './failures.ts';
import type { JsonSchema, Shape } from './shape.ts';

/** What a route takes. One description: requests are held against it, and the OpenAPI document is made of it. */
export interface RouteDescription<P, Q> {
  /** Parameters are `:id`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Shape<P>;
  readonly query?: Shape<Q>;
  /** Requests that one address may send in ten seconds; 1,000 unless told. `false`: the route has a limit of its own. */
  readonly rate?: number | false;
  /** What its statuses mean besides 400, 401, 403, 429 and 500, which every route has. */
  readonly failures?: Readonly<Record<number, string>>;
}

/** A route that answers once, with JSON. */
export interface AnswerDescription<P, Q, A> extends RouteDescription<P, Q> {
  readonly answer: Shape<A>;
}

/** The same, of a request with a body. */
export interface PostDescription<P, Q, B, A> extends AnswerDescription<P, Q, A> {
  readonly body: Shape<B>;
  /** Of the body, bytes; 64 KB unless told. */
  readonly bodyLimit?: number;
}

/** What comes back, besides failures. */
export interface Gives {
  /** Media type. */
  readonly type: string;
  readonly description: string;
  readonly schema?: JsonSchema;
}

/** A route that writes its answer by itself. */
export interface StreamDescription<P, Q> extends RouteDescription<P, Q> {
  readonly gives: Gives;
}

/** A request that fits its description. What is not described is undefined. */
export interface Asked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A route as the OpenAPI document tells of it. */
export interface Documented {
  readonly method: 'GET' | 'POST';
  /** 101: it goes on as a WebSocket. */
  readonly status: 200 | 101;
  readonly route: RouteDescription<unknown, unknown>;
  readonly body: JsonSchema | undefined;
  readonly gives: Gives;
}

/** What is only read: an answer may be part of what is kept. */
type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

/** Where a module puts its routes: `scoresRoutes(api, services)`. */
export interface Api {
  get<A, P = undefined, Q = undefined>(
    route: AnswerDescription<P, Q, A>,
    answer: (asked: Asked<P, Q, undefined>) => Promise<Immutable<A>> | Immutable<A>,
  ): void;
  post<A, B, P = undefined, Q = undefined>(
    route: PostDescription<P, Q, B, A>,
    answer: (asked: Asked<P, Q, B>) => Promise<Immutable<A>> | Immutable<A>,
  ): void;
  /** Server-sent events and the like: `answer` hijacks the reply and writes to it. */
  stream<P = undefined, Q = undefined>(
    route: StreamDescription<P, Q>,
    answer: (asked: Asked<P, Q, undefined>) => Promise<void>,
  ): void;
  /** A WebSocket: `answer` sends until the signal aborts, which it does when the other side goes, and when the server ends. */
  socket<Q = undefined>(
    route: StreamDescription<undefined, Q>,
    answer: (socket: WebSocket, query: Q, signal: AbortSignal) => Promise<void>,
  ): void;
  readonly documented: readonly Documented[];
  /** Aborts when the server ends: streams end then. */
  readonly signal: AbortSignal;
}

const BODY_LIMIT = 64 * 1024;
const RATE_WINDOW = 10_000;

/** @param onError told of a defect that comes to light when its answer has begun, and can no longer be one of an error */
export function apiOn(
  app: FastifyInstance,
  signal: AbortSignal,
  onError: (error: unknown, request: string) => void,
): Api {
  const documented: Documented[] = [];
  const tell = (error: unknown, path: string): void => {
    if (failureOf(error).code === 'INTERNAL') onError(error, `GET ${path}`);
  };
  const configOf = ({ rate }: RouteDescription<unknown, unknown>): FastifyContextConfig =>
    rate === undefined ? {} : { rateLimit: rate === false ? false : { max: rate, timeWindow: RATE_WINDOW } };
  const json = ({ schema }: Shape<unknown>): Gives => ({ type: 'application/json', description: 'As asked.', schema });
  return {
    ...{ documented, signal },
    get(route, answer) {
      documented.push({ method: 'GET', status: 200, route, body: undefined, gives: json(route.answer) });
      app.get(route.path, { config: configOf(route) }, async (request, reply) =>
        answer(asked(route, undefined, request, reply)),
      );
    },
    post(route, answer) {
      documented.push({ method: 'POST', status: 200, route, body: route.body.schema, gives: json(route.answer) });
      const bodyLimit = route.bodyLimit ?? BODY_LIMIT;
      app.post(route.path, { config: configOf(route), bodyLimit }, async (request, reply) =>
        answer(asked(route, route.body, request, reply)),
      );
    },
    stream(route, answer) {
      documented.push({ method: 'GET', status: 200, route, body: undefined, gives: route.gives });
      app.get(route.path, { config: configOf(route), exposeHeadRoute: false }, async (request, reply) => {
        try {
          await answer(asked(route, undefined, request, reply));
        } catch (error) {
          if (!reply.sent) throw error;
          tell(error, route.path);
        }
      });
    },
    socket(route, answer) {
      documented.push({ method: 'GET', status: 101, route, body: undefined, gives: route.gives });
      // Before the upgrade, so that what is wrong is answered as elsewhere.
      const check = async (request: FastifyRequest, reply: FastifyReply) =>
        void asked(route, undefined, request, reply);
      app.route({
        ...{ method: 'GET', url: route.path, config: configOf(route), exposeHeadRoute: false, preValidation: check },
        handler: () => {
          throw new Failure(426, 'NOT_A_WEBSOCKET', 'this is a WebSocket: ask for it with Upgrade: websocket');
        },
        wsHandler: async (socket, request) => {
          const read = route.query?.read(request.query) ?? { value: undefined };
          const gone = new AbortController();
          socket.on('close', () => gone.abort());
          socket.on('error', () => socket.terminate());
          try {
            // It has been checked.
            if ('value' in read) await answer(socket, read.value as never, AbortSignal.any([gone.signal, signal]));
          } catch (error) {
            tell(error, route.path);
          } finally {
            socket.close();
          }
        },
      });
    },
  };
}

/** @throws Failure INVALID_REQUEST naming every place that is wrong */
function asked<P, Q, B>(
  route: RouteDescription<P, Q>,
  body: Shape<B> | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Asked<P, Q, B> {
  const parts = [
    read('path', route.params, request.params),
    read('query', route.query, request.query),
    read('body', body, request.body),
  ] as const;
  const issues = parts.flatMap((part) => part.issues);
  if (issues.length > 0)
    throw new Failure(400, 'INVALID_REQUEST', 'the request is not as /api/openapi.json describes it', { issues });
  const [params, query, content] = parts;
  // Without issues each part is what its shape gave, and undefined where there is none.
  return { params: params.value as P, query: query.value as Q, body: content.value as B, request, reply };
}

function read(name: string, shape: Shape<unknown> | undefined, value: unknown) {
  const result = shape?.read(value) ?? { value: undefined };
  if (!('issues' in result)) return { value: result.value, issues: [] };
  const issues = result.issues.map(({ path, message }) => ({
    path: path === '' ? name : name === 'body' ? path : `${name}.${path}`,
    message,
  }));
  return { value: undefined, issues };
}
