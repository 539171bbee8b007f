import { filter } from 'rxjs';
import type { Event, FunnelStep, Kind, Session } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { type Message, mapValues } from '../src/engine/message.ts';
import { sessionWindow } from '../src/engine/sessions.ts';
import { topology } from '../src/engine/topology.ts';
import { HOUR, MINUTE } from './sales.ts';

/** What a session needs of an event. */
interface Act {
  readonly eventId: string;
  readonly kind: Kind;
  readonly amount: number;
}

interface Acts {
  views: number;
  carts: number;
  purchases: number;
  revenue: number;
}

const acts = {
  schema: {
    type: 'record',
    name: 'Acts',
    fields: ['views', 'carts', 'purchases', 'revenue'].map((name) => ({ name, type: 'long' })),
  },
  init: (): Acts => ({ views: 0, carts: 0, purchases: 0, revenue: 0 }),
  add(sum: Acts, { kind, amount }: Act): Acts {
    if (kind === 'VIEW') sum.views++;
    else if (kind === 'CART') sum.carts++;
    else if (kind === 'PURCHASE') {
      sum.purchases++;
      sum.revenue += amount;
    }
    return sum;
  },
};

const actSchema = {
  type: 'record',
  name: 'Act',
  fields: [
    { name: 'eventId', type: 'string' },
    { name: 'kind', type: 'string' },
    { name: 'amount', type: 'long' },
  ],
};

/** Visits are made of what a customer does in the shop; a return is no visit. */
function isVisit({ value: { customerId, kind } }: Message<Event>): boolean {
  return customerId !== null && kind !== 'RETURN';
}

function funnelStep({ carts, purchases }: Acts): FunnelStep {
  if (purchases > 0) return 'PURCHASE';
  return carts > 0 ? 'CART' : 'VIEW';
}

export const sessions = topology({
  name: 'sessions',
  title: 'Visits: what a customer did with no gap of 30 minutes, 24 hours at most, and how far down the funnel',
  from: { events: topics.events },
  to: { sessions: topics.sessions },
  build: ({ events }, keep) => ({
    sessions: events.pipe(
      filter(isVisit),
      sessionWindow(keep, {
        name: 'visits',
        gap: 30 * MINUTE,
        cap: 24 * HOUR,
        by: ({ value }) => value.customerId ?? '',
        item: {
          schema: actSchema,
          of: ({ eventId, kind, amount }: Event): Act => ({ eventId, kind, amount }),
          tie: ({ eventId }) => eventId,
        },
        aggregate: acts,
        emit: 'update',
      }),
      mapValues(
        ({ key, start, end, value, closed }): Session => ({
          customerId: key,
          sessionStart: start,
          sessionEnd: end - 1,
          ...value,
          funnelStep: funnelStep(value),
          complete: closed,
        }),
      ),
    ),
  }),
});
