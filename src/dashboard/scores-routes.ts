import { z } from 'zod';
import { churnScoreSchema } from '../../schemas/generated.ts';
import type { Api } from './api.ts';
import { zodOfRecord } from './avro-zod.ts';
import { fromRow } from './from-row.ts';
import { cursorOf, placeOf } from './page-of.ts';
import { shapeOf } from './shape.ts';
import type { Row } from './shown.ts';

/** Asks for rows of the shop by a query of `sql/api/`. */
export type Ask = (query: string, values: Readonly<Record<string, string | number>>) => Promise<readonly Row[]>;

export const scoreShape = zodOfRecord(churnScoreSchema);
const score = fromRow(churnScoreSchema, { partition: 'source_partition', offset: 'source_offset' });

export const scoreFilter = {
  band: z.enum(['LOST', 'AT_RISK', 'WATCH', 'LOW', 'UNSCORED']).optional().describe('Only these.'),
  minProbability: z.coerce.number().min(0).max(1).default(0).describe('Only scores from this probability of churn on.'),
  minExpectedLoss: z.coerce
    .number()
    .min(0)
    .default(0)
    .describe('Only customers with whom so much may be lost, in minor units.'),
};

const sorts = ['expected-loss', 'probability', 'customer'] as const;
const query = shapeOf(
  z.strictObject({
    ...scoreFilter,
    sort: z.enum(sorts).default('expected-loss').describe('The greatest first; customers by their ids.'),
    limit: z.coerce.number().int().min(1).max(1_000).default(100),
    after: z.string().max(1_024).optional().describe('`next` of the page before, asked for in the same order.'),
  }),
);
const answer = shapeOf(
  z.strictObject({ scores: z.array(scoreShape), next: z.string().nullable().describe('null: this is the last page.') }),
  'output',
);

/** `GET /api/scores` */
export function scoresRoutes(api: Api, ask: Ask): void {
  api.get(
    { path: '/api/scores', summary: 'Customers and how likely they are to churn', query, answer },
    async ({ query: { band = '', minProbability, minExpectedLoss, sort, limit, after } }) => {
      const from = after === undefined ? undefined : placeOf(sort, after);
      const rows = await ask(`scores-by-${sort}`, {
        ...{ band, least_probability: minProbability, least_loss: minExpectedLoss, most: limit + 1 },
        ...{ after: from?.value ?? Number.MAX_VALUE, after_customer: from?.key ?? '' },
      });
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const next = rows.length > limit && last !== undefined ? cursorOf(sort, placeIn(sort, last)) : null;
      return { scores: page.map(score), next };
    },
  );
}

function placeIn(sort: (typeof sorts)[number], { customer_id, expected_loss, probability }: Row) {
  const value = sort === 'customer' ? 0 : ((sort === 'probability' ? probability : expected_loss) ?? -1);
  return { value, key: String(customer_id) };
}
