import { setInterval } from 'node:timers';
import { z } from 'zod';
import type { Api } from './api.ts';
import type { LivePanels, Update } from './live-panels.ts';
import { shapeOf } from './shape.ts';
import type { RangeName } from './shown.ts';

const ranges = ['1d', '7d', '28d', '90d', '365d', 'all'] as const satisfies readonly RangeName[];
const range = z
  .enum(ranges)
  .default('28d')
  .describe('How far the views without a range of their own reach back from now.');

const panel = z
  .strictObject({
    id: z.string(),
    from: z.number().describe('UTC epoch milliseconds.'),
    to: z.number().describe('Not included.'),
    rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
    lacks: z.array(z.string()).describe('What it needs and the shop’s data lack; then there are no rows.'),
    partly: z.array(z.string()).describe('What some of its columns need and the data lack.'),
  })
  .meta({ id: 'Panel' });

const live = shapeOf(
  z.strictObject({
    range,
    after: z
      .string()
      .max(64)
      .optional()
      .describe('Id of the last event that was had, where Last-Event-ID cannot say it.'),
  }),
);
const past = shapeOf(z.strictObject({ range, at: z.coerce.number().describe('Event time, UTC epoch milliseconds.') }));

/** ms between signs of life on a quiet stream. */
const BEAT = 5_000;
/** ms after which a browser comes back by itself. */
const RETRY = 1_000;

/**
 * What the page shows, as it changes and as it was.
 * @param run names this run of the server: what a stream of another run had seen says nothing of ours
 */
export function panelRoutes(api: Api, panels: LivePanels, run: string): void {
  api.get(
    {
      path: '/api/panels',
      summary: 'The views as of an earlier moment of event time',
      query: past,
      answer: shapeOf(z.strictObject({ panels: z.array(panel) }), 'output'),
    },
    async ({ query: { range, at } }) => ({ panels: (await panels.asOf(range, at)).map(copyOf) }),
  );
  api.stream(
    {
      path: '/api/panels/live',
      summary: 'The views as they change',
      description:
        'Events `shop` and `panel`, each with the whole of what it tells, so that the last of a kind is all there is to know. Last-Event-ID, or `after`, resumes: what has changed since is told first.',
      query: live,
      gives: { type: 'text/event-stream', description: 'Server-sent events.' },
    },
    async ({ query: { range, after }, request, reply }) => {
      reply.hijack();
      const { raw } = reply;
      const gone = new AbortController();
      raw.on('close', () => gone.abort());
      raw.writeHead(200, {
        ...headersOf(reply.getHeaders()),
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      raw.write(`retry: ${RETRY}\n\n`);
      const beat = setInterval(() => raw.write('event: beat\ndata: 0\n\n'), BEAT);
      try {
        const from = seenOf(request.headers['last-event-id'] ?? after, run);
        const signal = AbortSignal.any([gone.signal, api.signal]);
        for await (const updates of panels.follow(range, from, signal)) {
          // A reader that is slow gets the newest when it has taken what was sent, and nothing in between.
          if (!raw.write(updates.map((update) => eventText(update, run)).join(''))) await drained(raw, signal);
        }
      } finally {
        clearInterval(beat);
        raw.end();
      }
    },
  );
}

function eventText({ id, kind, data }: Update, run: string): string {
  return `id: ${run}-${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

function seenOf(id: string | string[] | undefined, run: string): number {
  const [, ofRun, number] = /^(.+)-(\d+)$/.exec(String(id ?? '')) ?? [];
  return ofRun === run ? Number(number) : 0;
}

function headersOf(headers: Readonly<Record<string, number | string | string[] | undefined>>) {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function drained(raw: NodeJS.WritableStream, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    raw.once('drain', done);
    signal.addEventListener('abort', () => done(), { once: true });
  });
}

/** Into what may be written to, as zod's types have it. */
function copyOf({ rows, lacks, partly, ...others }: Awaited<ReturnType<LivePanels['asOf']>>[number]) {
  return { ...others, rows: rows.map((row) => ({ ...row })), lacks: [...lacks], partly: [...partly] };
}
