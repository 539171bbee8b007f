import { FEATURES, featuresAt } from './features.ts';
import type { History } from './history.ts';
import { type Labelled, type LabelledRows, together } from './labelled.ts';
import { seededRandom } from './random.ts';

/** Shares of the customers of whom models learn, and with whom they are calibrated; they are tested on the others. */
const TRAIN = 0.6;
const CALIBRATE = 0.2;

/**
 * Customers whose labels came with the data, as they were on a day, drawn into three parts. Such labels belong to no time, so
 * there is no later day to test on, and no customer is in two parts.
 */
export function splitCustomers(
  histories: ReadonlyMap<string, History>,
  labels: ReadonlyMap<string, 0 | 1>,
  day: number,
  seed: number,
): { readonly train: Labelled; readonly calibrate: Labelled; readonly test: Labelled } {
  const random = seededRandom(seed);
  const parts: [string[], string[], string[]] = [[], [], []];
  for (const customer of [...labels.keys()].sort()) {
    if ((histories.get(customer)?.days[0] ?? Number.POSITIVE_INFINITY) > day) continue;
    const drawn = random();
    parts[drawn < TRAIN ? 0 : drawn < TRAIN + CALIBRATE ? 1 : 2].push(customer);
  }
  const rowsOf = (customers: readonly string[]): LabelledRows => {
    const features = new Float64Array(customers.length * FEATURES);
    for (const [row, customer] of customers.entries()) {
      const history = histories.get(customer);
      if (history !== undefined) featuresAt(history, day, features, row * FEATURES);
    }
    return { customers, features, labels: Uint8Array.from(customers, (customer) => labels.get(customer) ?? 0) };
  };
  const [train, calibrate, test] = parts.map((customers) => together([rowsOf(customers)], []));
  if (train === undefined || calibrate === undefined || test === undefined) throw new RangeError('three parts');
  return { train, calibrate, test };
}
