import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Api } from './api.ts';
import { rowShape } from './from-row.ts';
import { sentBeat, sentEvent, serverSent } from './server-sent.ts';
import { shapeOf } from './shape.ts';
import type { PipelineState, Row } from './shown.ts';

export interface PipelineServices {
  /** As it is on the log now. */
  look(): Promise<PipelineState>;
  /** Records that a topology refused, or that came to it late. */
  refused(kind: 'dead-letters' | 'late-records', topology: string): Promise<readonly Row[]>;
}

/** ms between two looks while somebody watches. */
const LOOK_EVERY = 1_000;

const topology = shapeOf(z.strictObject({ topology: z.string().min(1).max(64) }));
const rows = shapeOf(z.strictObject({ rows: z.array(rowShape).describe('The newest first, 200 at most.') }), 'output');

/** What runs in the shop, and what it refused. */
export function pipelineRoutes(api: Api, { look, refused }: PipelineServices): void {
  for (const [kind, summary] of [
    ['dead-letters', 'Records that a topology refused, and why'],
    ['late-records', 'Records that came to a topology too late, and for which window'],
  ] as const)
    api.get(
      { path: `/api/pipeline/:topology/${kind}`, summary, params: topology, answer: rows },
      async ({ params }) => ({
        rows: await refused(kind, params.topology),
      }),
    );
  api.stream(
    {
      path: '/api/pipeline/live',
      summary: 'Topics, topologies and sinks, and how far each has come',
      description: 'An event `pipeline` a second, with the whole of it.',
      gives: { type: 'text/event-stream', description: 'Server-sent events.' },
    },
    ({ reply }) =>
      serverSent(
        reply,
        api.signal,
        () => sentBeat,
        async (to, signal) => {
          while (!signal.aborted) {
            await to.send(sentEvent(undefined, 'pipeline', await look()));
            await sleep(LOOK_EVERY, undefined, { signal }).catch(() => {});
          }
        },
      ),
  );
}
