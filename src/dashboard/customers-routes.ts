import { z } from 'zod';
import {
  churnPredictionSchema,
  churnScoreSchema,
  clientProfileSchema,
  eventSchema,
  sessionSchema,
} from '../../schemas/generated.ts';
import type { Api } from './api.ts';
import { zodOfRecord } from './avro-zod.ts';
import { Failure } from './failure.ts';
import { fromRow } from './from-row.ts';
import { type Ask, scoreShape } from './scores-routes.ts';
import { shapeOf } from './shape.ts';
import type { AskOfCustomer } from './story-routes.ts';

const MOST = { events: 100, sessions: 50 };

const event = zodOfRecord(eventSchema).omit({ dataset: true, file: true, row: true });
const said = zodOfRecord(churnPredictionSchema)
  .pick({ asOf: true, trigger: true, time: true, probability: true, model: true, version: true })
  .extend({
    churned: z.boolean().nullable().describe('Whether nothing was bought in the horizon; null: not known yet.'),
  });
const answer = shapeOf(
  z.strictObject({
    customerId: z.string(),
    profile: zodOfRecord(clientProfileSchema).nullable().describe('null: nothing was bought or brought back.'),
    score: scoreShape.nullable().describe('null: nobody has scored them; its reasons say why it is as it is.'),
    history: z.array(said).describe('What the champion said at month ends and days of purchase, the oldest first.'),
    sessions: z.array(zodOfRecord(sessionSchema)).describe(`The newest ${MOST.sessions}, the newest first.`),
    events: z
      .array(event)
      .describe(`The newest ${MOST.events}, the newest first; views and carts of the last weeks only.`),
  }),
  'output',
);
const read = {
  profile: fromRow(clientProfileSchema),
  score: fromRow(churnScoreSchema, { partition: 'source_partition', offset: 'source_offset' }),
  said: fromRow(churnPredictionSchema),
  session: fromRow(sessionSchema),
  event: fromRow(eventSchema),
};

/** `GET /api/customers/:id` */
export function customersRoutes(api: Api, ask: Ask, askOfCustomer: AskOfCustomer): void {
  api.get(
    {
      path: '/api/customers/:id',
      summary: 'What is known of a customer',
      params: shapeOf(z.strictObject({ id: z.string().min(1).max(512) })),
      answer,
      failures: { 404: 'The shop has no such customer.' },
    },
    async ({ params: { id } }) => {
      const of = (query: string, most = 1) => ask(query, { customer: id, most });
      const [profiles, scores, predictions, sessions, events] = await Promise.all([
        ...[of('profile'), of('score'), askOfCustomer('predictions', id)],
        ...[of('sessions', MOST.sessions), of('events', MOST.events)],
      ]);
      const [profile = null, found = null] = [profiles?.[0], scores?.[0]];
      if (profile === null && found === null && (events ?? []).length === 0)
        throw new Failure(404, 'UNKNOWN_CUSTOMER', `the shop has no customer ${id}`);
      return {
        customerId: id,
        profile: profile === null ? null : read.profile(profile),
        score: found === null ? null : read.score(found),
        history: (predictions ?? []).map((row) => ({
          ...read.said(row),
          churned: row.churned === null || row.churned === undefined ? null : row.churned === 1,
        })),
        sessions: (sessions ?? []).map(read.session),
        events: (events ?? []).map(read.event),
      };
    },
  );
}
