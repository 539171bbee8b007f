import { z } from 'zod';
import { LogError } from '../log/log.ts';
import type { Api } from './api.ts';
import { Failure, type Issue, issueShape } from './failure.ts';
import { type PostedEvent, postedEvent } from './posted-event.ts';
import { type Shape, shapeOf } from './shape.ts';

/** Where posted events go. */
export interface EventsIn {
  hasRoom(events: number, bytes: number): boolean;
  /** Resolves when they are committed. @throws LogError: perhaps they are not */
  post(events: readonly PostedEvent[], bytes: number): Promise<void>;
}

const MOST_EVENTS = 1_000;
const MOST_BYTES = 1 << 20;
/** Places of a batch that are named; the rest is counted. */
const MOST_ISSUES = 100;
/** s. */
const RETRY = { full: 1, away: 2 };
/** ms that a commit may take until its sender is told that it is not known. */
const LONGEST = 15_000;

// Each event is held against this by itself, so that one that is wrong can be named and the others taken.
const eventShape: Shape<unknown> = shapeOf(postedEvent);
const batch = shapeOf(z.strictObject({ events: z.array(z.unknown()) }));
const body: typeof batch = {
  ...batch,
  schema: {
    type: 'object',
    properties: { events: { type: 'array', maxItems: MOST_EVENTS, items: eventShape.schema } },
    required: ['events'],
    additionalProperties: false,
  },
};
const answer = shapeOf(
  z.strictObject({
    accepted: z.int().describe('Events that are on the log.'),
    refused: z
      .array(z.strictObject({ index: z.int(), issues: z.array(issueShape) }))
      .describe('Which were not taken, and why; only with partial=true.'),
  }),
  'output',
);

/** `POST /api/events` */
export function eventsRoute(api: Api, events: EventsIn): void {
  api.post(
    {
      path: '/api/events',
      summary: 'Posts events',
      description: `Answered when they are on the log, for good. Up to ${MOST_EVENTS} events or 1 MB at a time. Posting again what may have been taken does no harm: an eventId that comes again counts once, within an hour of the newest event's time or among the next 20,000 events of its partition. Where one event is wrong none is taken, unless partial=true.`,
      query: shapeOf(
        z.strictObject({
          partial: z.stringbool().default(false).describe('Take what is right of a batch, and say what is not.'),
        }),
      ),
      body,
      bodyLimit: MOST_BYTES,
      rate: false,
      answer,
      failures: {
        429: 'More events wait than there is room for: post again after Retry-After.',
        503: 'The log is away, or takes long, and perhaps has taken them: post them again after Retry-After.',
      },
    },
    async ({ body, query, request }) => {
      if (body.events.length > MOST_EVENTS)
        throw new Failure(
          413,
          'TOO_LARGE',
          `${body.events.length} events at a time are too many: send up to ${MOST_EVENTS}`,
        );
      const { right, refused } = checked(body.events);
      if (refused.length > 0 && !query.partial) throw wrong(refused);
      const bytes = Number(request.headers['content-length'] ?? MOST_BYTES);
      if (!events.hasRoom(right.length, bytes))
        throw new Failure(
          429,
          'TOO_MANY_EVENTS',
          'more events wait than there is room for: post these again in a moment',
          {
            retryAfter: RETRY.full,
          },
        );
      if (right.length > 0) await inTime(events.post(right, bytes));
      return { accepted: right.length, refused };
    },
  );
}

interface Refused {
  readonly index: number;
  readonly issues: Issue[];
}

function checked(events: readonly unknown[]): { readonly right: readonly PostedEvent[]; readonly refused: Refused[] } {
  const right: PostedEvent[] = [];
  const refused: Refused[] = [];
  for (const [index, event] of events.entries()) {
    const read = eventShape.read(event);
    // The shape is made of the schema that the type is generated from.
    if ('value' in read) right.push(read.value as PostedEvent);
    else
      refused.push({
        index,
        issues: read.issues.map(({ path, message }) => ({ path: placeOf(index, path), message, index })),
      });
  }
  return { right, refused };
}

function placeOf(index: number, path: string): string {
  return path === '' ? `events[${index}]` : `events[${index}].${path}`;
}

function wrong(refused: readonly Refused[]): Failure {
  const issues = refused.flatMap((one) => one.issues);
  const many = refused.length === 1 ? 'one event is' : `${refused.length} events are`;
  const more = issues.length > MOST_ISSUES ? ` (the first ${MOST_ISSUES} of ${issues.length} issues)` : '';
  return new Failure(
    400,
    'INVALID_EVENTS',
    `${many} wrong, so none was taken${more}: correct them, or post with ?partial=true`,
    {
      issues: issues.slice(0, MOST_ISSUES),
    },
  );
}

/** @throws Failure LOG_UNAVAILABLE when it cannot be said whether they are committed */
async function inTime(committed: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const away = (cause?: unknown) =>
    new Failure(503, 'LOG_UNAVAILABLE', 'the log does not answer, and perhaps has taken them: post the same again', {
      ...(cause === undefined ? {} : { cause }),
      retryAfter: RETRY.away,
    });
  const timer = setTimeout(() => late.reject(away()), LONGEST);
  try {
    await Promise.race([committed, late.promise]);
  } catch (error) {
    throw error instanceof LogError && error.remedy !== 'stop' ? away(error) : error;
  } finally {
    clearTimeout(timer);
  }
}
