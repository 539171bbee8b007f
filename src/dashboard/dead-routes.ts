import { z } from 'zod';
import type { Api } from './api.ts';
import { shapeOf } from './shape.ts';
import type { RefusedRecord } from './shown.ts';

/** Where a record stands: `topic` is its name on the log. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface DeadServices {
  /** @throws Failure UNKNOWN_RECORD */
  show(place: RecordPlace): Promise<RefusedRecord>;
  /**
   * Sends it again, once, however often this is asked for. @param value what it holds now; undefined: what it held
   * @throws Failure UNKNOWN_RECORD, NOT_SENT
   */
  resend(place: RecordPlace, value: Readonly<Record<string, unknown>> | undefined): Promise<void>;
}

const place = shapeOf(
  z.strictObject({
    topic: z.string().min(1).max(249),
    partition: z.coerce.number().int().min(0),
    offset: z.coerce.number().int().min(0),
  }),
);
const record = z.strictObject({
  id: z.string(),
  letters: z.array(z.strictObject({ topology: z.string(), code: z.string(), message: z.string() })),
  resentAt: z.number().nullable().describe('When it was sent again, UTC epoch milliseconds.'),
  value: z.unknown().describe('What it holds; null where it cannot be read.'),
});
const body = shapeOf(
  z.strictObject({
    value: z.record(z.string(), z.unknown()).optional().describe('What it is to hold; what it holds unless given.'),
  }),
);

/** Requests of one address in ten seconds: each reads all that was refused. */
const RATE = 20;

/** What was refused, and how to send it again. */
export function deadRoutes(api: Api, { show, resend }: DeadServices): void {
  const path = '/api/dead-letters/:topic/:partition/:offset' as const;
  const unknown = 'Nobody refused such a record.';
  api.get(
    {
      ...{ path, params: place, rate: RATE, failures: { 404: unknown } },
      summary: 'A record that was refused: by whom, why, and what it holds',
      answer: shapeOf(record, 'output'),
    },
    ({ params }) => show(params),
  );
  api.post(
    {
      ...{ path: `${path}/resend`, params: place, body, bodyLimit: 1 << 20, rate: RATE },
      summary: 'Sends a record that was refused again to the topic that it came in by, corrected',
      description: 'It is sent once, however often this is asked for. A row that would be refused again is not sent.',
      answer: shapeOf(z.strictObject({ resent: z.literal(true) }), 'output'),
      failures: { 404: unknown, 409: 'It was not sent, and why: it would be refused again, or has been sent already.' },
    },
    async ({ params, body }) => {
      await resend(params, body.value);
      return { resent: true as const };
    },
  );
}
