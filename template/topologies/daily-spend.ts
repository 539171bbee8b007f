import { type Event, mapValues, topic, topics, topology, tumblingWindow } from '@ebb/streams';
import { filter } from 'rxjs';
import { type DailySpend, dailySpendSchema } from '../schemas/generated.ts';

const HOUR = 3_600_000;

/** The topic of the results: `npx ebb tail daily-spend` follows it. */
export const spendTopic = topic<DailySpend>({
  name: 'daily-spend',
  schema: dailySpendSchema,
  key: ({ customerId }) => customerId,
});

/** What a window remembers of a day: its Avro schema, how it begins, and what a purchase adds. */
const totals = {
  schema: {
    type: 'record',
    name: 'Totals',
    fields: [
      { name: 'purchases', type: 'long' },
      { name: 'spend', type: 'long' },
    ],
  },
  init: () => ({ purchases: 0, spend: 0 }),
  add: (sum: { purchases: number; spend: number }, { amount }: Event) => ({
    purchases: sum.purchases + 1,
    spend: sum.spend + amount,
  }),
};

export const dailySpend = topology({
  name: 'daily-spend',
  title: 'What each customer spends a day',
  from: { events: topics.events },
  to: { days: spendTopic },
  build: ({ events }, keep) => ({
    days: events.pipe(
      filter(({ value }) => value.kind === 'PURCHASE' && value.customerId !== null),
      tumblingWindow(keep, {
        name: 'daily',
        size: 24 * HOUR,
        grace: HOUR,
        by: ({ value }) => value.customerId ?? '',
        aggregate: totals,
        emit: 'update',
      }),
      mapValues(
        ({ key, start, value, closed }): DailySpend => ({ customerId: key, day: start, ...value, complete: closed }),
      ),
    ),
  }),
});
