import { z } from 'zod';
import type { Api } from './api.ts';
import { Failure } from './failure.ts';
import { rowShape } from './from-row.ts';
import { shapeOf } from './shape.ts';
import type { CustomerStory, Row } from './shown.ts';

/** Asks for rows by a query of `sql/customer/`. */
export type AskOfCustomer = (
  query: 'profile' | 'score' | 'events' | 'predictions',
  customer: string,
) => Promise<readonly Row[]>;

/** One customer's whole story, for the page. */
export function storyRoutes(api: Api, ask: AskOfCustomer): void {
  api.get(
    {
      path: '/api/stories/:customer',
      summary: 'A customer’s story: profile, score, purchases and what was predicted',
      params: shapeOf(z.strictObject({ customer: z.string().min(1).max(512) })),
      answer: shapeOf(
        z.strictObject({
          customer: z.string(),
          profile: rowShape.nullable(),
          score: rowShape.nullable(),
          events: z.array(rowShape).describe('Purchases and returns, the newest first, 500 at most.'),
          predictions: z.array(rowShape).describe('By the champion, the oldest first; churned says what came.'),
        }),
        'output',
      ),
      failures: { 404: 'The shop has no such customer.' },
    },
    async ({ params: { customer } }) => {
      const [profile, score, events, predictions] = await Promise.all(
        (['profile', 'score', 'events', 'predictions'] as const).map((query) => ask(query, customer)),
      );
      const story: CustomerStory = {
        customer,
        profile: profile?.[0] ?? null,
        score: score?.[0] ?? null,
        events: events ?? [],
        predictions: predictions ?? [],
      };
      if (story.profile === null && story.events.length === 0)
        throw new Failure(404, 'UNKNOWN_CUSTOMER', `the shop has no customer ${customer}`);
      return story;
    },
  );
}
