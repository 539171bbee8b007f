import { z } from 'zod';
import { EARLIEST, END } from '../../datasets/civil.ts';
import type { Api } from './api.ts';
import { rowShape } from './from-row.ts';
import type { LivePanels } from './live-panels.ts';
import { sentBeat, sentEvent, serverSent } from './server-sent.ts';
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
    rows: z.array(rowShape),
    lacks: z.array(z.string()).describe('What it needs and the shop’s data lack; then there are no rows.'),
    partly: z.array(z.string()).describe('What some of its columns need and the data lack.'),
    hidden: z
      .number()
      .describe('Rows of groups of customers that are too small to be told to others than this machine.'),
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
const past = shapeOf(
  z.strictObject({
    range,
    at: z.coerce.number().min(EARLIEST).lt(END).describe('Event time, UTC epoch milliseconds.'),
  }),
);

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
      // Each asks every view anew.
      rate: 20,
      answer: shapeOf(z.strictObject({ panels: z.array(panel) }), 'output'),
    },
    async ({ query: { range, at } }) => ({ panels: await panels.asOf(range, at) }),
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
      const from = seenOf(request.headers['last-event-id'] ?? after, run);
      await serverSent(
        reply,
        api.signal,
        () => sentBeat,
        async (to, until) => {
          for await (const updates of panels.follow(range, from, until))
            await to.send(updates.map(({ id, kind, data }) => sentEvent(`${run}-${id}`, kind, data)).join(''));
        },
      );
    },
  );
}

function seenOf(id: string | string[] | undefined, run: string): number {
  const [, ofRun, number] = /^(.+)-(\d+)$/.exec(String(id ?? '')) ?? [];
  return ofRun === run ? Number(number) : 0;
}
