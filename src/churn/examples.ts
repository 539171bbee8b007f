import { dateText } from '../../datasets/civil.ts';
import type { ChurnExample, Event } from '../../schemas/generated.ts';
import { FEATURES, featuresAt, labelOf } from './features.ts';
import { addPurchase, type History, newHistory } from './history.ts';

/** Days within which a customer has to buy in order not to have churned, unless told otherwise. */
export const HORIZON_DAYS = 90;

/** Where an example holds its features, in the order of `featureNames`. */
export const exampleFields = [
  'recency',
  'frequency',
  'monetarySum',
  'monetaryMean',
  'tenure',
  'gapMean',
  'gapSd',
  'recencyOverGap',
  'count30',
  'count90',
  'count180',
  'spend30',
  'spend90',
  'spend180',
  'trend90',
  'quantityMean',
] as const satisfies readonly (keyof ChurnExample)[];

export interface ExampleOptions {
  readonly customerId: string;
  /** Local day of which the example is, from 1970-01-01. */
  readonly day: number;
  readonly trigger: ChurnExample['trigger'];
  readonly horizonDays: number;
  /** When the label became final, UTC epoch ms. */
  readonly time: number;
}

/** An example of a customer who has bought by `day`, once the whole horizon after it is in the history. */
export function exampleOf(
  history: History,
  { customerId, day, trigger, horizonDays, time }: ExampleOptions,
): ChurnExample {
  featuresAt(history, day, scratch, 0);
  const at = (index: number): number => scratch[index] ?? 0;
  return {
    customerId,
    asOf: dateText(day),
    trigger,
    horizonDays,
    label: labelOf(history, day, horizonDays),
    time,
    active180: at(10) > 0,
    recency: at(0),
    frequency: at(1),
    monetarySum: at(2),
    monetaryMean: at(3),
    tenure: at(4),
    gapMean: at(5),
    gapSd: at(6),
    recencyOverGap: at(7),
    count30: at(8),
    count90: at(9),
    count180: at(10),
    spend30: at(11),
    spend90: at(12),
    spend180: at(13),
    trend90: at(14),
    quantityMean: at(15),
  };
}

const scratch = new Float64Array(FEATURES);

/** Writes an example's features as `featuresAt` would. */
export function writeFeatures(example: ChurnExample, into: Float64Array, offset: number): void {
  for (let index = 0; index < FEATURES; index++) into[offset + index] = example[exampleFields[index] ?? 'recency'];
}

/** Histories by customer: for days off the grid, of which the log has no examples, and for labels from elsewhere. */
export type Histories = Map<string, History>;

/** Adds an event that `isOccasion`. */
export function addToHistories(histories: Histories, event: Event): void {
  const customer = event.customerId ?? '';
  let history = histories.get(customer);
  if (history === undefined) {
    history = newHistory();
    histories.set(customer, history);
  }
  addPurchase(history, event);
}
