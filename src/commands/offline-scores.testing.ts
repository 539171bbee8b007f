import { topics } from '../../schemas/topics.ts';
import { FEATURES, featuresAt } from '../churn/features.ts';
import { dayOf } from '../churn/history.ts';
import { modelOf } from '../churn/model-record.ts';
import { scorerOf } from '../churn/scorer.ts';
import { readHistories } from './read-histories.ts';
import { everyValue } from './read-values.ts';
import { calendarOf } from './train/open-examples.ts';
import type { Workplace } from './workplace.ts';

/** Probability as of the end of a local day, YYYY-MM-DD, by a version; undefined where there is no such customer or model. */
export type OfflineScore = (customer: string, asOf: string, version: string) => number | undefined;

/** For tests: what a shop's models say of its events, both as they are on the log, with no topology between them. */
export async function offlineScores(place: Workplace, shop: string): Promise<OfflineScore> {
  const { events, endOf } = await calendarOf(place, { shop, signal: new AbortController().signal });
  const { histories } = await readHistories(place.log, place.registry, { topic: events, endOf });
  const scorers = new Map<string, ReturnType<typeof scorerOf>>();
  for await (const record of everyValue(place, shop, topics.models))
    scorers.set(record.version, scorerOf(modelOf(record)));
  const row = new Float64Array(FEATURES);
  return (customer, asOf, version) => {
    const history = histories.get(customer);
    if (history === undefined) return undefined;
    featuresAt(history, dayOf(asOf), row, 0);
    return scorers.get(version)?.score(row, 0);
  };
}
