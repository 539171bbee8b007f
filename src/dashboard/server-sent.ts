import type { FastifyReply } from 'fastify';

/** ms after which a browser comes back by itself. */
const RETRY = 1_000;

/** An answer that goes on: server-sent events, one after the other. */
export interface ServerSent {
  /** Resolves when there is room for more. @param text whole events, as `sentEvent` writes them */
  send(text: string): Promise<void>;
}

/** Has `write` send events until `signal` aborts or the reader goes. */
export async function serverSent(
  reply: FastifyReply,
  signal: AbortSignal,
  write: (to: ServerSent, until: AbortSignal) => Promise<void>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  const gone = new AbortController();
  raw.on('close', () => gone.abort());
  const until = AbortSignal.any([gone.signal, signal]);
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  raw.write(`retry: ${RETRY}\n\n`);
  const send = (text: string): Promise<void> =>
    until.aborted || raw.write(text)
      ? Promise.resolve()
      : new Promise((done) => {
          raw.once('drain', done);
          until.addEventListener('abort', () => done(), { once: true });
        });
  try {
    await write({ send }, until);
  } finally {
    raw.end();
  }
}

/** @param id where to go on after it */
export function sentEvent(id: string, kind: string, data: unknown): string {
  return `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Moves on where a reader goes on, and shows that the connection lives, without telling it anything. */
export function sentPlace(id: string): string {
  return `id: ${id}\n\n`;
}
