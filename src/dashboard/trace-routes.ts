import { z } from 'zod';
import type { Api } from './api.ts';
import { shapeOf } from './shape.ts';
import type { RecordStory } from './shown.ts';

const story = z.strictObject({
  eventId: z.string(),
  outcome: z.string().describe('computed, waiting, late, dead or unknown'),
  why: z.string(),
  steps: z.array(z.strictObject({ what: z.string(), where: z.string(), fields: z.record(z.string(), z.string()) })),
});

/** Where a record went. @param trace reads the log, so it takes a while where that is long */
export function traceRoutes(api: Api, trace: (eventId: string) => Promise<RecordStory>): void {
  api.get(
    {
      path: '/api/trace/:event',
      summary: 'What became of a record: its event, all that it is part of, or where it ended and why',
      params: shapeOf(z.strictObject({ event: z.string().min(1).max(512) })),
      answer: shapeOf(story, 'output'),
      rate: 20,
    },
    ({ params }) => trace(params.event),
  );
}
