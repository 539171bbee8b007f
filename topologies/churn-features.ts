import { filter } from 'rxjs';
import { dayEnds } from '../datasets/day-end.ts';
import type { ChurnExample, Event } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { exampleOf, HORIZON_DAYS } from '../src/churn/examples.ts';
import { addPurchase, type History, historySchema, newHistory } from '../src/churn/history.ts';
import { isGridDay, nextSnapshot } from '../src/churn/schedule.ts';
import type { Step } from '../src/engine/store.ts';
import { type Topology, topology } from '../src/engine/topology.ts';
import { isOnTime } from './on-time.ts';
import { HOUR } from './sales.ts';

interface Customer {
  readonly history: History;
  /** The last day of which there are examples; null before the first. */
  day: number | null;
}

const schema = {
  type: 'record',
  name: 'Customer',
  fields: [
    { name: 'history', type: historySchema },
    { name: 'day', type: ['null', 'long'] },
  ],
};

const STORE = 'histories';

/**
 * What churn models learn from: each customer on the last day of every month from the first purchase on, and on each day of
 * purchase; once each, when the horizon after it has ended. What the data do not reach has no label and is not written.
 * A purchase may come in any order until its day has ended; after that its day may be in an example, and it is late.
 * @param zones IANA names of the time zones in which the shop's events are dated
 */
export function churnFeatures(zones: Iterable<string>, horizonDays = HORIZON_DAYS): Topology {
  const endOf = dayEnds(zones);

  function waiting(state: Customer, emit: readonly ChurnExample[]): Step<Customer, ChurnExample> {
    const day = nextSnapshot(state.history, state.day ?? Number.NEGATIVE_INFINITY);
    return { state, emit, wakeAt: endOf(day + horizonDays) };
  }

  function examples({ history }: Customer, day: number, customerId: string, time: number): readonly ChurnExample[] {
    const of = (trigger: ChurnExample['trigger']) =>
      exampleOf(history, { customerId, day, trigger, horizonDays, time });
    return [...(history.days.includes(day) ? [of('PURCHASE')] : []), ...(isGridDay(day) ? [of('GRID')] : [])];
  }

  return topology({
    name: 'churn-features',
    title: `Customers at month ends and at purchases, and whether they bought in the ${horizonDays} days after`,
    from: { events: topics.events },
    to: { examples: topics.churnExamples },
    // Examples come at the ends of days.
    tickStep: HOUR,
    build: ({ events }, keep) => ({
      examples: events.pipe(
        filter(isOnTime(keep, STORE, endOf)),
        keep.stateful<Event, Customer, ChurnExample>({
          name: STORE,
          key: ({ value }) => value.customerId ?? '',
          schema,
          onMessage(known, { value }) {
            const state = known ?? { history: newHistory(), day: null };
            addPurchase(state.history, value);
            return waiting(state, []);
          },
          onAlarm(state, at, customerId) {
            const day = nextSnapshot(state.history, state.day ?? Number.NEGATIVE_INFINITY);
            // Since the alarm was set, data of a zone in which days end later may have joined the shop.
            if (endOf(day + horizonDays) > at) return waiting(state, []);
            state.day = day;
            return waiting(state, examples(state, day, customerId, at));
          },
        }),
      ),
    }),
  });
}
