/** Asks a schema registry over HTTP: with a deadline, again while it does not answer, and believing only a registry's answers. */
import { setMaxListeners } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type api from '@kafkajs/confluent-schema-registry/dist/api/index.js';
import { z } from 'zod';
import type { Access } from './confluent-access.ts';
import { AvroError } from './error.ts';

export type Api = ReturnType<typeof api.default> & { readonly _manifest: { readonly middleware: Middleware[] } };
type Middleware = () => { response(next: () => Promise<unknown>): Promise<unknown> };

/**
 * The package's HTTP client alone: its main module adds a cache and codecs that Ebb does not use, and keeps no schema's text.
 * It is CommonJS, whose `default` loaders disagree about; `require` gives it as it is.
 */
const { default: createApi }: { readonly default: (options: Parameters<typeof api.default>[0]) => Api } = createRequire(
  import.meta.url,
)('@kafkajs/confluent-schema-registry/dist/api/index.js');

/** What an answer must look like, by its status; any other answer is not one. */
export type Shapes<T> = Readonly<Record<number, z.ZodType<T>>>;

export interface AskOptions {
  readonly access: Access;
  /** ms for which a registry that does not answer is asked again. */
  readonly patience: number;
  readonly clientId: string;
  /** Ends requests and waits. */
  readonly signal: AbortSignal;
}

/**
 * Sends what `request` makes, which must merge the given parameters into its own. `what` completes "did not say …".
 * @throws AvroError UNAVAILABLE when patience is at an end, at once when asking again would not help
 */
export type Ask = <T>(what: string, request: Request, shapes: Shapes<T>) => Promise<T>;

type Request = (api: Api, common: Readonly<Record<string, unknown>>) => Promise<Answer>;

/** What mappersmith, which the package is built on, resolves to, as far as it is used. */
interface Answer {
  status(): number;
  data(): unknown;
  /** Why there is none. */
  error(): Error | null;
}

/** ms that one request may take. */
const requestTimeout = 5_000;
const firstPause = 100;
const longestPause = 2_000;
const longestQuote = 120;

type Outcome<T> = { readonly value: T } | { readonly reason: string; readonly heals: boolean; readonly cause?: Error };

export function asker({ access, patience, clientId, signal }: AskOptions): Ask {
  const { address, headers, agent } = access;
  const api = createApi({ host: address, agent, clientId, retry: { retries: 0 } });
  // Every request that waits listens to it.
  setMaxListeners(0, signal);
  // Innermost, so that every answer comes back as an answer: the package's own errors keep neither body nor cause, and a
  // failure with the body `null` would be an exception that nobody can catch.
  api._manifest.middleware.unshift(() => ({ response: (next) => next().catch((response: unknown) => response) }));

  return async (what, request, shapes) => {
    let last = performance.now();
    let spent = 0;
    /** A try and the wait after it take no longer than this: what is longer is a process that was stopped, and asks on. */
    const left = (): number => {
      const now = performance.now();
      spent += Math.min(now - last, requestTimeout + longestPause);
      last = now;
      return patience - spent;
    };
    for (let tries = 1, pause = firstPause; ; tries++, pause = Math.min(pause * 2, longestPause)) {
      const timeout = Math.max(1, Math.ceil(Math.min(requestTimeout, left())));
      const outcome = await once(request, shapes, timeout);
      if ('value' in outcome) {
        return outcome.value;
      }
      // Half of the pause is random, so that processes that lost the registry together do not come back together.
      const wait = pause * (0.5 + Math.random() / 2);
      if (!outcome.heals || signal.aborted || left() < wait) {
        throw unavailable(address, what, outcome, signal.aborted ? 'closed' : tries);
      }
      await sleep(wait, undefined, { signal }).catch(() => {});
    }
  };

  async function once<T>(request: Request, shapes: Shapes<T>, timeout: number): Promise<Outcome<T>> {
    const ending = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const answer = await untilAborted(request(api, { headers, signal: ending }), ending);
    return ending.aborted || answer === undefined
      ? { reason: `no whole answer within ${timeout} ms`, heals: true }
      : outcomeOf(answer, shapes);
  }
}

/** `undefined` when `signal` aborts first: an answer that breaks off in the middle would be waited for without an end. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const abort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) {
    abort();
  }
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** The API's error codes are its own where they have five digits, HTTP's otherwise. */
const refusal = z.object({ error_code: z.int().min(10_000) });

function outcomeOf<T>(answer: Answer, shapes: Shapes<T>): Outcome<T> {
  const cause = answer.error();
  if (cause !== null) {
    // A host with several addresses fails with all their errors, and no message of its own.
    const reason = cause.message || ('code' in cause ? String(cause.code) : cause.name);
    return { reason, heals: true, cause };
  }
  const status = answer.status();
  const body = answer.data();
  const parsed = shapes[status]?.safeParse(body);
  if (parsed?.success) {
    return { value: parsed.data };
  }
  if (status === 401 || status === 403) {
    return { reason: `it answered ${status}: it does not let these credentials do that`, heals: false };
  }
  const quote = quoteOf(body);
  if (status >= 500 || status === 408 || status === 429) {
    return { reason: `it answered ${status}${quote}`, heals: true };
  }
  if (refusal.safeParse(body).success) {
    return { reason: `it refuses${quote}`, heals: false };
  }
  const hint = 'is this where its API begins (Apicurio: …/apis/ccompat/v7)?';
  return { reason: `it answered ${status}${quote}, which is no schema registry's answer: ${hint}`, heals: false };
}

function quoteOf(body: unknown): string {
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : body;
  const text = (typeof message === 'string' ? message : (JSON.stringify(message) ?? '')).replaceAll(/\s+/g, ' ').trim();
  return text === '' ? '' : `, "${text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text}"`;
}

function unavailable(
  address: string,
  what: string,
  { reason, cause }: { readonly reason: string; readonly cause?: Error },
  tries: number | 'closed',
): AvroError {
  const asked = tries === 1 ? 'asked once' : `asked ${tries} times`;
  const how = tries === 'closed' ? 'stopped asking, as it was closed' : `${asked}, last: ${reason}`;
  return new AvroError(
    'UNAVAILABLE',
    `the schema registry at ${address} did not say ${what} (${how}). Nothing is written or read without it; what runs asks again, what was starting must be started again`,
    { cause },
  );
}
