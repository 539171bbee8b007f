import { z } from 'zod';
import { type ChurnScore, churnScoreSchema } from '../../schemas/generated.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde } from '../avro/serde.ts';
import { isTick } from '../engine/tick.ts';
import type { Log, LogRecord } from '../log/log.ts';
import type { Api } from './api.ts';
import { Failure } from './failure.ts';
import { scoreFilter } from './scores-routes.ts';
import { type ServerSent, sentEvent, sentPlace, serverSent } from './server-sent.ts';
import { shapeOf } from './shape.ts';

export interface ScoresOnLog {
  readonly log: Log;
  readonly registry: Registry;
  /** The topic that everybody reads now, by its name on the log; `undefined`: nobody has scored yet. */
  topic(): Promise<{ readonly name: string; readonly partitions: number } | undefined>;
}

const query = shapeOf(
  z.strictObject({
    ...scoreFilter,
    from: z
      .enum(['start', 'end'])
      .default('end')
      .describe('Without Last-Event-ID: the newest score of every customer and then on, or what comes from now on.'),
  }),
);
type Filter = Extract<ReturnType<typeof query.read>, { value: unknown }>['value'];

/** Streams at a time. */
const MOST = 200;

/**
 * `GET /api/scores/stream`: scores as they are committed. The id of an event is where its reader goes on: the topic, and the
 * offset of the next record in each partition. So Last-Event-ID resumes without a gap, also with another server.
 */
export function scoreStream(api: Api, on: ScoresOnLog): void {
  let open = 0;
  api.stream(
    {
      path: '/api/scores/stream',
      summary: 'Scores as they change',
      description:
        'Events `score`, in order by customer. A customer may come several times: the last one holds. Last-Event-ID resumes without gaps; where it is of a topic that is no longer in force, the stream begins at the start.',
      query,
      gives: {
        type: 'text/event-stream',
        description: 'Server-sent events whose data are a score as /api/scores has it.',
      },
      failures: { 404: 'Nobody has scored yet.' },
    },
    async ({ query, request, reply }) => {
      const topic = await on.topic();
      if (topic === undefined) throw new Failure(404, 'NO_SCORES', 'nobody has scored yet: `ebb run` does');
      if (open >= MOST) throw new Failure(429, 'TOO_MANY_STREAMS', `${MOST} streams are open`, { retryAfter: 10 });
      open += 1;
      try {
        const places = await placesOf(on.log, topic, request.headers['last-event-id'], query.from);
        const beat = (): string => sentPlace(idOf(topic.name, places));
        await serverSent(reply, api.signal, beat, (to, until) => follow(on, topic.name, places, query, to, until));
      } finally {
        open -= 1;
      }
    },
  );
}

/** Offsets from which to read, by partition. */
async function placesOf(
  log: Log,
  { name, partitions }: { readonly name: string; readonly partitions: number },
  id: string | string[] | undefined,
  from: 'start' | 'end',
): Promise<number[]> {
  const info = (await log.topics()).find((one) => one.name === name);
  const at = (part: 'start' | 'end') =>
    Array.from({ length: partitions }, (_, index) => info?.offsets[index]?.[part] ?? 0);
  const [first, last] = [at('start'), at('end')];
  if (typeof id !== 'string') return from === 'start' ? first : last;
  const [of, ...places] = id.split(/[:/]/);
  const offsets = places.map(Number);
  // The topic may have been made anew under its name.
  const isWithin = (offset: number, partition: number): boolean =>
    Number.isSafeInteger(offset) && offset >= (first[partition] ?? 0) && offset <= (last[partition] ?? 0);
  const fits = of === name && offsets.length === partitions && offsets.every(isWithin);
  return fits ? offsets : first;
}

async function follow(
  { log, registry }: ScoresOnLog,
  topic: string,
  places: number[],
  filter: Filter,
  to: ServerSent,
  until: AbortSignal,
): Promise<void> {
  const serde = await openSerde<ChurnScore>(registry, `${topic}-value`, churnScoreSchema);
  const textOf = (partition: number, { value, offset }: LogRecord): string => {
    places[partition] = offset + 1;
    if (value === null) return '';
    const score = serde.decode(value);
    return passes(filter, score) ? sentEvent(idOf(topic, places), 'score', score) : '';
  };
  const one = async (partition: number): Promise<void> => {
    const from = { offset: places[partition] ?? 0 };
    for await (const { records, next } of log.read({ topic, partition, from, signal: until })) {
      const own = records.filter((record) => !isTick(record));
      await serde.prepare(own.map(({ value }) => value));
      const text = own.map((record) => textOf(partition, record)).join('');
      places[partition] = next;
      if (text !== '') await to.send(text);
    }
  };
  await to.send(sentPlace(idOf(topic, places)));
  await Promise.all(places.map((_, partition) => one(partition)));
}

/** Where a reader goes on. */
function idOf(topic: string, places: readonly number[]): string {
  return `${topic}:${places.join('/')}`;
}

function passes({ band, minProbability, minExpectedLoss }: Filter, score: ChurnScore): boolean {
  return (
    (band === undefined || score.band === band) &&
    (score.probability ?? 0) >= minProbability &&
    (score.expectedLoss ?? 0) >= minExpectedLoss
  );
}
