import { DAY } from '../../../datasets/civil.ts';
import { dayEnds } from '../../../datasets/day-end.ts';
import { topics } from '../../../schemas/topics.ts';
import { zonesOf } from '../../../topologies/all.ts';
import { type Histories, HORIZON_DAYS } from '../../churn/examples.ts';
import { type Gathered, gatherFrom, type Wanted } from '../../churn/gathered.ts';
import { isGridDay } from '../../churn/schedule.ts';
import { type AskedDates, type Covered, HistoryError } from '../../churn/training-dates.ts';
import { BEGINNING } from '../../engine/tick.ts';
import { physicalName } from '../../engine/topic.ts';
import { descriptorsOf } from '../descriptors.ts';
import { readHistories } from '../read-histories.ts';
import { readVersions } from '../versions.ts';
import type { Workplace } from '../workplace.ts';
import { ExamplesIndex } from './examples-index.ts';

/** What models can learn from, up to a place on the log. */
export interface ExamplesOnLog {
  readonly covered: Covered;
  /** Name on the log of the topic that is read. */
  readonly topic: string;
  /** Of the next record, by partition: what comes after these is not looked at. */
  readonly offsets: readonly number[];
  gather(wanted: Wanted): Promise<Gathered>;
  /** How many rows a day has, where that is known before they are gathered. */
  size?(kind: keyof Wanted, day: number): number;
}

export interface ShopOptions {
  readonly shop: string;
  /** The last local day that may be known; absent: all days on the log. */
  readonly until?: number | undefined;
  readonly signal: AbortSignal;
  /** Told how many records have been read. */
  readonly onProgress?: (records: number) => void;
}

export interface OpenExamplesOptions extends ShopOptions {
  readonly asked: AskedDates;
  readonly horizonDays: number;
}

/**
 * Examples as topology churn-features wrote them; for days off its grid and other horizons, computed from the shop's events by
 * the same functions, to the same bits. @throws HistoryError, LogError, AvroError
 */
export async function openExamples(place: Workplace, options: OpenExamplesOptions): Promise<ExamplesOnLog> {
  const { asked, horizonDays, signal } = options;
  const days = [asked.train ?? [], asked.calibrate ?? [], asked.test ?? []].flat();
  const calendar = await calendarOf(place, options);
  if (horizonDays === HORIZON_DAYS && calendar.examples !== undefined && days.every(isGridDay)) {
    const examples = await indexExamples(place, calendar.examples, options);
    const { first, watermark } = examples;
    // Without any, the events tell how much there is.
    if (first !== undefined && watermark > BEGINNING)
      return {
        ...{ topic: examples.topic, offsets: examples.next, size: examples.size.bind(examples) },
        covered: calendar.covered(first, watermark),
        gather: (wanted) => examples.gather(wanted, { signal }),
      };
  }
  const { histories, ...rest } = await historiesOf(place, options, calendar);
  return { ...rest, gather: async (wanted) => gatherFrom(histories, wanted, horizonDays) };
}

/** All that are on the log now. */
async function indexExamples(
  place: Workplace,
  topic: string,
  { signal, onProgress }: ShopOptions,
): Promise<ExamplesIndex> {
  const examples = await ExamplesIndex.open(place, topic);
  let read = 0;
  for await (const batch of place.log.read({ topic, from: 'start', to: 'end', signal })) {
    await examples.take(batch);
    read += batch.records.length;
    onProgress?.(read);
  }
  // The log stops reading quietly: a part is not how far they go.
  signal.throwIfAborted();
  return examples;
}

export interface HistoriesOnLog extends Omit<ExamplesOnLog, 'gather' | 'size'> {
  readonly histories: Histories;
}

/** All purchases of all customers. @throws HistoryError, LogError, AvroError */
export async function openHistories(place: Workplace, options: ShopOptions): Promise<HistoriesOnLog> {
  return historiesOf(place, options, await calendarOf(place, options));
}

async function historiesOf(
  { log, registry }: Workplace,
  { shop, signal }: ShopOptions,
  { events, endOf, covered }: Calendar,
): Promise<HistoriesOnLog> {
  const { histories, watermark, offsets } = await readHistories(log, registry, { topic: events, endOf, signal });
  let first = Number.POSITIVE_INFINITY;
  for (const { days } of histories.values()) first = Math.min(first, days[0] ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(first) || !(watermark > BEGINNING)) throw nobody(shop);
  return { topic: events, offsets, covered: covered(first, watermark), histories };
}

/** A shop's days, and the topics that are about them. */
export interface Calendar {
  /** Names on the log; the others only where there are such topics. */
  readonly events: string;
  readonly examples: string | undefined;
  readonly outcomes: string | undefined;
  endOf(day: number): number;
  /** @param first day of purchase @param watermark UTC epoch ms */
  covered(first: number, watermark: number): Covered;
}

export async function calendarOf({ log, registry }: Workplace, { shop, until }: ShopOptions): Promise<Calendar> {
  const existing = new Set((await log.topics()).map(({ name }) => name));
  const { topics: versions } = await readVersions(log, registry, shop);
  const nameOf = ({ name }: { readonly name: string }) => physicalName(shop, name, versions.get(name));
  const events = nameOf(topics.events);
  const ifThere = (name: string) => (existing.has(name) ? name : undefined);
  if (!existing.has(events)) throw nobody(shop);
  const endOf = dayEnds(zonesOf(shop, await descriptorsOf(log, registry, shop), existing));
  return {
    ...{
      events,
      examples: ifThere(nameOf(topics.churnExamples)),
      outcomes: ifThere(nameOf(topics.churnOutcomes)),
      endOf,
    },
    covered(first, watermark) {
      let last = Math.floor(watermark / DAY) + 1;
      while (endOf(last) > watermark) last--;
      return { first, last: Math.min(last, until ?? last) };
    },
  };
}

export function nobody(shop: string): HistoryError {
  return new HistoryError(
    'NO_CUSTOMERS',
    `shop ${shop} has no purchases of customers that are known: a model learns from who bought what when. \`ebb run --shop ${shop} --until-caught-up\` computes that from what is in the log, and \`ebb describe events --shop ${shop}\` shows what there is`,
  );
}
