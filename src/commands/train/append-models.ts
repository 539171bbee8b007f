import { DAY } from '../../../datasets/civil.ts';
import type { Model } from '../../churn/model.ts';
import { BEGINNING } from '../../engine/tick.ts';
import type { Appends } from '../../log/log.ts';
import type { Workplace } from '../workplace.ts';
import { type ModelsOnLog, openModelsWriter, readModels } from './models-topic.ts';
import { calendarOf, nobody } from './open-examples.ts';
import { rescoringNotes } from './rescoring.ts';
import { ShopClock, type ShopTime } from './shop-clock.ts';

export interface ByHand {
  readonly place: Workplace;
  readonly shop: string;
  readonly signal: AbortSignal;
  /** What is committed with them. */
  readonly beside?: Appends;
}

/** What was appended. */
export interface Appended<T> {
  readonly made: T;
  /** What it takes for them to score customers, for people; nothing where they will. */
  readonly notes: readonly string[];
}

/**
 * Appends models that somebody asks for. They hold from the end of the local day that is under way, and after all that was decided
 * before; data that end with a day have none under way, and theirs hold at that end. The day is looked up at the last moment, and
 * once more when they are on the log: had the shop's clock passed it meanwhile, customers would have been scored without them who
 * are scored by them when all is computed again, so they are taken back, and hold from the end of a later day.
 * @param make what holds from a moment on, UTC epoch ms, given what is on the log; asked again for a later moment
 * @throws HistoryError, LogError, AvroError
 */
export async function appendModels<T extends { readonly models: readonly Model[] }>(
  { place, shop, signal, beside = [] }: ByHand,
  make: (from: number, known: ModelsOnLog) => T,
): Promise<Appended<T>> {
  const { events, endOf } = await calendarOf(place, { shop, signal });
  const clock = await ShopClock.open(place, events);
  const known = await readModels(place, shop);
  const writer = await openModelsWriter(place, shop);
  const newest = known.records.at(-1)?.inForceFrom ?? Number.NEGATIVE_INFINITY;
  let time = await clock.look();
  let others = beside;
  for (;;) {
    if (!(time.watermark > BEGINNING)) throw nobody(shop);
    const from = Math.max(dayEndAfter(time, endOf), newest + 1);
    signal?.throwIfAborted();
    const made = make(from, known);
    await place.log.append([...others, ...writer.models(made.models)]);
    if (made.models.length === 0) return { made, notes: [] };
    time = await clock.look();
    if (dayEndAfter(time, endOf) <= from)
      return { made, notes: time.watermark < from ? [] : await rescoringNotes(place, shop) };
    others = writer.withdrawn(made.models);
  }
}

/** When the local day ends that is under way, UTC epoch ms; the clock itself where the data have ended with a day. */
export function dayEndAfter({ watermark, closed }: ShopTime, endOf: (day: number) => number): number {
  let day = Math.floor(watermark / DAY) - 1;
  while (closed ? endOf(day) < watermark : endOf(day) <= watermark) day++;
  return endOf(day);
}
