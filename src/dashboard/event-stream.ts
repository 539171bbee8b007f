import type { FastifyReply } from 'fastify';

export interface StreamEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** ms between signs of life on a quiet stream. */
const BEAT = 5_000;
/** ms after which a browser comes back by itself. */
const RETRY = 1_000;

/**
 * Answers with server-sent events until the reader goes, `ending` aborts or there are no more. A reader that is slow holds the source
 * up. Events `beat` come in between, since a page is not told of comments.
 * @param source stops when its signal aborts
 */
export async function sendEvents(
  reply: FastifyReply,
  ending: AbortSignal,
  source: (signal: AbortSignal) => AsyncIterable<readonly StreamEvent[]>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  const gone = new AbortController();
  raw.on('close', () => gone.abort());
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  raw.write(`retry: ${RETRY}\n\n`);
  const beat = setInterval(() => raw.write('event: beat\ndata: 0\n\n'), BEAT);
  const signal = AbortSignal.any([gone.signal, ending]);
  try {
    for await (const events of source(signal)) if (!raw.write(events.map(textOf).join(''))) await drained(raw, signal);
  } finally {
    clearInterval(beat);
    raw.end();
  }
}

function textOf({ id, event, data }: StreamEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function drained(raw: NodeJS.WritableStream, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    raw.once('drain', done);
    signal.addEventListener('abort', () => done(), { once: true });
  });
}
