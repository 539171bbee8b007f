import { filter } from 'rxjs';
import { DAY, dateText } from '../datasets/civil.ts';
import { dayEnds } from '../datasets/day-end.ts';
import type { ChurnModel, ChurnPrediction, ChurnScore, Event, ScoreTrigger } from '../schemas/generated.ts';
import { topics } from '../schemas/topics.ts';
import { HORIZON_DAYS } from '../src/churn/examples.ts';
import { FEATURES, featuresAt } from '../src/churn/features.ts';
import { addPurchase, dayOf, type History, historySchema, newHistory } from '../src/churn/history.ts';
import { type Deployed, outOfForce, type Roster, rosters } from '../src/churn/roster.ts';
import { isGridDay, nextWake } from '../src/churn/schedule.ts';
import { type LastScore, scoreLine } from '../src/churn/score-line.ts';
import { firstModelDay } from '../src/churn/training-dates.ts';
import type { Message } from '../src/engine/message.ts';
import type { Step } from '../src/engine/store.ts';
import { type Topology, topology } from '../src/engine/topology.ts';
import { isOnTime } from './on-time.ts';
import { HOUR } from './sales.ts';

interface Customer {
  readonly history: History;
  /** The last day at whose end the customer was scored; null before the first. */
  day: number | null;
  last: LastScore | null;
  /** First day of purchase that the shop knows of, among the customers of this partition. */
  first: number;
  /** Of the newest purchase. */
  currency: string;
  offset: number;
  /** Its time. */
  newest: number;
}

/** A purchase, and the first day of purchase known by then. */
interface Purchase {
  readonly event: Event;
  readonly first: number;
}

type Scored = ChurnScore | ChurnPrediction;

const long = { type: 'long' };
const schema = {
  type: 'record',
  name: 'ScoredCustomer',
  fields: [
    { name: 'history', type: historySchema },
    { name: 'day', type: ['null', 'long'] },
    {
      name: 'last',
      type: [
        'null',
        {
          type: 'record',
          name: 'LastScore',
          fields: [
            { name: 'day', ...long },
            { name: 'trigger', type: { type: 'enum', name: 'Trigger', symbols: ['PURCHASE', 'SILENCE', 'GRID'] } },
            { name: 'time', ...long },
            { name: 'version', type: ['null', 'string'] },
            { name: 'probability', type: ['null', 'double'] },
            { name: 'previous', type: ['null', 'double'] },
          ],
        },
      ],
    },
    { name: 'first', ...long },
    { name: 'currency', type: 'string' },
    { name: 'offset', ...long },
    { name: 'newest', ...long, default: 0 },
  ],
};

const STORE = 'customers';

const isScore = (message: Message<Scored>): message is Message<ChurnScore> => 'band' in message.value;
const isPrediction = (message: Message<Scored>): message is Message<ChurnPrediction> => !('band' in message.value);

/**
 * Scores each customer with the models in force at the time: at once when they buy, again when the watermark has passed the
 * purchase, as by then whatever came before it is there, and at the ends of local days: of a purchase, of 1, 3, 7 … 180 days of
 * silence, and of every month. The champion's newest score is the customer's line; what it
 * and the challengers say on days of which there will be an example are predictions, to be compared with what comes.
 * @param zones IANA names of the time zones in which the shop's events are dated
 */
export function churnScores(zones: Iterable<string>): Topology {
  const endOf = dayEnds(zones);
  return topology({
    name: 'churn-scores',
    title: 'How likely each customer is to churn and why, as the models in force at the time see it',
    from: { events: topics.events },
    broadcast: { models: topics.models },
    to: { scores: topics.churnScores, predictions: topics.predictions },
    tickStep: HOUR,
    build({ events }, keep) {
      const models = rosters(keep.broadcast<ChurnModel>('models', { forget: outOfForce }));
      const row = new Float64Array(FEATURES);

      /** @param passed the purchases up to then are scored */
      function waiting(state: Customer, passed: number, emit: readonly Scored[] = []): Step<Customer, Scored> {
        const end = endOf(nextWake(state.history, state.day ?? Number.NEGATIVE_INFINITY));
        return { state, emit, wakeAt: state.newest > passed ? Math.min(state.newest, end) : end };
      }

      /** @param known of the models in force then */
      function scorePurchase(state: Customer, known: number): void {
        const day = Math.max(state.history.days.at(-1) ?? 0, state.last?.day ?? Number.NEGATIVE_INFINITY);
        score(state, day, 'PURCHASE', state.newest, known);
      }

      /** @returns the models that have scored it, `row` being its features */
      function score(state: Customer, day: number, trigger: ScoreTrigger, time: number, known: number): Roster {
        const roster = models.at(known, keep.watermark);
        const { last } = state;
        featuresAt(state.history, day, row, 0);
        state.last = {
          ...{ day, trigger, time },
          version: roster.champion?.model.version ?? null,
          probability: roster.champion?.score(row) ?? null,
          previous: (last !== null && last.day < day ? last.probability : last?.previous) ?? null,
        };
        return roster;
      }

      const scored = events.pipe(
        filter(isOnTime(keep, STORE, endOf)),
        keep.stateful<Event, number, Purchase>({
          name: 'first',
          key: () => 'day',
          schema: 'long',
          onMessage(known, { value: event }) {
            const first = Math.min(known ?? Number.POSITIVE_INFINITY, dayOf(event.localDate));
            return { state: first, emit: { event, first } };
          },
        }),
        keep.stateful<Purchase, Customer, Scored>({
          name: STORE,
          key: ({ value }) => value.event.customerId ?? '',
          schema,
          onMessage(known, { value: { event, first }, time, origin: { offset } }) {
            const { currency } = event;
            const state = known ?? {
              history: newHistory(),
              day: null,
              last: null,
              first,
              currency,
              offset,
              newest: time,
            };
            addPurchase(state.history, event);
            Object.assign(state, { first, currency, offset, newest: Math.max(state.newest, time) });
            // What lies further ahead, as in a file in no order of time, is scored when its day has come.
            if (state.newest - keep.watermark <= DAY) scorePurchase(state, Math.min(state.newest, keep.watermark));
            return waiting(state, keep.watermark);
          },
          onAlarm(state, at, customerId) {
            const day = nextWake(state.history, state.day ?? Number.NEGATIVE_INFINITY);
            // It is not the end of that day when since then data of a zone in which days end later have joined the shop, either.
            if (endOf(day) > at) {
              if (state.newest === at) scorePurchase(state, at);
              return waiting(state, at);
            }
            const isPurchase = state.history.days.includes(day);
            const isGrid = isGridDay(day);
            const roster = score(state, day, isPurchase ? 'PURCHASE' : isGrid ? 'GRID' : 'SILENCE', at, at);
            state.day = day;
            const emit: Scored[] = [];
            for (const trigger of [...(isPurchase ? ['PURCHASE' as const] : []), ...(isGrid ? ['GRID' as const] : [])])
              emit.push(...predictions(roster, row, { customerId, asOf: dateText(day), trigger, time: at }));
            // A day may begin with a purchase.
            if (state.newest === at) scorePurchase(state, at);
            return waiting(state, at, emit);
          },
          // One line per customer, as of the newest score: reasons take longer than scores, and only the last ones are read.
          onCommit({ history, last, first, currency, offset }, customerId) {
            if (last === null) return undefined;
            const by = last.version === null ? undefined : models.named(last.version);
            const wait = firstModelDay(first, HORIZON_DAYS) - last.day;
            return scoreLine({ customerId, history, last, by, currency, partition: keep.partition, offset, wait });
          },
          timeOf: ({ time }) => time,
        }),
      );
      return { scores: scored.pipe(filter(isScore)), predictions: scored.pipe(filter(isPrediction)) };
    },
  });
}

type Occasion = Pick<ChurnPrediction, 'customerId' | 'asOf' | 'trigger' | 'time'>;

function predictions({ champion, challengers }: Roster, row: Float64Array, occasion: Occasion): ChurnPrediction[] {
  const by = ({ model, score }: Deployed, role: ChurnPrediction['role']): ChurnPrediction => {
    const { kind, version, horizonDays } = model;
    return { ...occasion, model: kind, version, role, probability: score(row), horizonDays };
  };
  return [
    ...(champion === undefined ? [] : [by(champion, 'CHAMPION')]),
    ...challengers.map((one) => by(one, 'CHALLENGER')),
  ];
}
