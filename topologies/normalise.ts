import { map, type Observable } from 'rxjs';
import { EARLIEST, END } from '../datasets/civil.ts';
import type { Descriptor } from '../datasets/descriptor.ts';
import { postedToEvent } from '../datasets/posted.ts';
import { type RawRow, rawTopic } from '../datasets/raw.ts';
import { isRejection, rowToEvent } from '../datasets/row-to-event.ts';
import { syntheticShopToEvent, syntheticTransactionToEvent } from '../datasets/synthetic.ts';
import type { Event, PostedEvent, SyntheticShopEvent, SyntheticTransaction } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { deduplicate } from '../src/engine/deduplicate.ts';
import { type Keep, type Rejection, reject } from '../src/engine/keep.ts';
import { type Message, mapValues } from '../src/engine/message.ts';
import { type Topology, topology } from '../src/engine/topology.ts';
import { onceByRow } from './once-by-row.ts';
import { HOUR } from './sales.ts';

/** How long a repeat of an event id is recognised where writers deliver at least once: by event time, or so many records later. */
const REPEATS = { within: HOUR, records: 20_000 };

export interface NormaliseOptions {
  /** Others than Ebb write the raw topic, too, such as NiFi: at least once. */
  readonly outsiders?: boolean;
}

/** Raw rows of one dataset to canonical events; rows that break a rule go to the dead letters with the reason. */
export function normaliseDataset(descriptor: Descriptor, { outsiders = false }: NormaliseOptions = {}): Topology {
  // A row whose time cannot be read has none; it must still reach the rules, which say why.
  const raw = { ...rawTopic(descriptor), time: (row: RawRow) => row._time ?? Number.NEGATIVE_INFINITY };
  const toEvent = rowToEvent(descriptor);
  // Files give every row an id of its own place. A producer's own ids may come twice.
  const repeats = descriptor.columns.eventId !== undefined;
  return topology({
    name: `normalise-${descriptor.name}`,
    title: `Events from ${descriptor.title}`,
    from: { rows: raw },
    to: { events: topics.events },
    build({ rows }, keep) {
      const verdictOn = (row: RawRow): Event | Rejection => {
        const event = toEvent(row);
        return isRejection(event) ? reject(event.code, event.message) : event;
      };
      const right = outsiders
        ? rows.pipe(
            mapValues((row: RawRow) => ({ row, verdict: verdictOn(row) })),
            onceByRow(keep),
            keep.mapOrReject(({ verdict }) => verdict),
          )
        : rows.pipe(keep.mapOrReject(verdictOn));
      const events = right.pipe(map((message): Message<Event> => ({ ...message, time: message.value.time })));
      return { events: repeats ? once(events, keep) : events };
    },
  });
}

/** The generator's made-up sales to events. NiFi and HTTP clients write this topic too, at least once. */
export const normaliseTransactions: Topology = topology({
  name: 'normalise-transactions',
  title: 'Synthetic transactions to events',
  from: { transactions: topics.syntheticTransactions },
  to: { events: topics.events },
  build({ transactions }, keep) {
    return {
      events: once(transactions.pipe(mapValues<SyntheticTransaction, Event>(syntheticTransactionToEvent())), keep),
    };
  },
});

/** The simulated shop's acts to events. */
export const normaliseShop: Topology = topology({
  name: 'normalise-shop',
  title: 'What simulated customers do, to events',
  from: { acts: topics.syntheticShop },
  to: { events: topics.events },
  build: ({ acts }) => ({ events: acts.pipe(mapValues<SyntheticShopEvent, Event>(syntheticShopToEvent())) }),
});

/** What programs posted to the API, at least once, to events. @param zone IANA name, for local days and hours that were not given */
export function normalisePosted(zone = 'UTC'): Topology {
  const toEvent = postedToEvent(zone);
  return topology({
    name: 'normalise-posted',
    title: 'Posted events, each once',
    from: { posted: topics.posted },
    to: { events: topics.events },
    build({ posted }, keep) {
      return {
        events: once(posted, keep).pipe(
          // Others than our own server may write here.
          keep.mapOrReject((value: PostedEvent, { origin }) =>
            value.time >= EARLIEST && value.time < END
              ? toEvent(value, origin.offset)
              : reject('BAD_TIME', `time is not between the years 1 and 9999: ${value.time}`),
          ),
          map((message): Message<Event> => ({ ...message, time: message.value.time })),
        ),
      };
    },
  });
}

function once<T extends Pick<Event, 'eventId'>>(events: Observable<Message<T>>, keep: Keep): Observable<Message<T>> {
  return events.pipe(deduplicate(keep, { name: 'repeats', id: ({ value }) => value.eventId, ...REPEATS }));
}
