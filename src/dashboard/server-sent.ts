import type { FastifyReply } from 'fastify';

/** ms after which a browser comes back by itself. */
const RETRY = 1_000;
/** ms between signs of life on a quiet stream. */
const BEAT = 5_000;

/** An answer that goes on: server-sent events, one after the other. */
export interface ServerSent {
  /** Resolves when there is room for more, so that a reader that is slow holds the source up. @param text whole events, as `sentEvent` writes them */
  send(text: string): Promise<void>;
}

/**
 * Has `write` send events until `ending` aborts or the reader goes.
 * @param beat what a quiet stream says now and then, as a sign of life
 */
export async function serverSent(
  reply: FastifyReply,
  ending: AbortSignal,
  beat: () => string,
  write: (to: ServerSent, until: AbortSignal) => Promise<void>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  const gone = new AbortController();
  raw.on('close', () => gone.abort());
  // It may have gone before we came to this.
  if (raw.destroyed) gone.abort();
  const until = AbortSignal.any([gone.signal, ending]);
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  raw.write(`retry: ${RETRY}\n\n`);
  let roomy: PromiseWithResolvers<void> | undefined;
  const resume = (): void => {
    roomy?.resolve();
    roomy = undefined;
  };
  raw.on('drain', resume);
  until.addEventListener('abort', resume, { once: true });
  const send = (text: string): Promise<void> => {
    if (until.aborted || raw.write(text)) return Promise.resolve();
    roomy ??= Promise.withResolvers();
    return roomy.promise;
  };
  const beating = setInterval(() => void send(beat()), BEAT);
  try {
    await write({ send }, until);
  } finally {
    clearInterval(beating);
    raw.end();
  }
}

/** @param id where to go on after it; absent: nobody resumes there */
export function sentEvent(id: string | undefined, kind: string, data: unknown): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Moves on where a reader goes on, and shows that the connection lives, without telling it anything. */
export function sentPlace(id: string): string {
  return `id: ${id}\n\n`;
}

/** Shows a page that the connection lives: it is not told of comments. */
export const sentBeat = sentEvent(undefined, 'beat', 0);
