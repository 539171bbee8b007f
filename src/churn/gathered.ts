import { FEATURES, featuresAt, labelOf } from './features.ts';
import type { History } from './history.ts';
import { isOfShare, type LabelledRows } from './labelled.ts';
import type { TrainingDates } from './training-dates.ts';

/**
 * Rows of which days are wanted, and of what share of the customers, in (0, 1]: of every customer at the end of a day, and of
 * those who bought on it.
 */
export interface Wanted {
  readonly snapshots: ReadonlyMap<number, number>;
  readonly purchases: ReadonlyMap<number, number>;
}

/** What was wanted, by day. */
export interface Gathered {
  snapshot(day: number): LabelledRows;
  purchases(day: number): LabelledRows;
  /** How many rows a day has, wanted or not. */
  size(kind: keyof Wanted, day: number): number;
}

/** Before a day of which snapshots are learnt from, purchases are learnt from for so many days, that one included. */
const PURCHASE_DAYS = 31;

/** Days of purchase that go with snapshots. Snapshots of successive months share a few. */
export function purchaseDays(snapshots: readonly number[]): readonly number[] {
  const days = snapshots.flatMap((day) => Array.from({ length: PURCHASE_DAYS }, (_, ago) => day - ago));
  return [...new Set(days)].sort((a, b) => a - b);
}

/**
 * All that some dates need, to be read at once.
 * @param share of the customers that is enough to learn from some days; tests and calibrations are of all
 */
export function wantedFor(
  all: readonly Partial<TrainingDates>[],
  share: (train: readonly number[]) => number = () => 1,
): Wanted {
  const snapshots = new Map<number, number>();
  const purchases = new Map<number, number>();
  const want = (days: readonly number[], part: number): void => {
    for (const day of days) snapshots.set(day, Math.max(part, snapshots.get(day) ?? 0));
    for (const day of purchaseDays(days)) purchases.set(day, Math.max(part, purchases.get(day) ?? 0));
  };
  for (const { train = [], calibrate, test } of all) {
    want(train, Math.min(1, share(train)));
    for (const day of [calibrate, test]) if (day !== undefined) want([day], 1);
  }
  return { snapshots, purchases };
}

/** Collects rows in any order, and gives those of a day by rising customer: what is learnt must not depend on how they were read. */
export class RowCollector implements Gathered {
  readonly #wanted: Wanted;
  readonly #snapshots = new Map<number, Rows>();
  readonly #purchases = new Map<number, Rows>();

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** Keeps it where it is wanted. */
  add(kind: keyof Wanted, day: number, customer: string, label: number, write: (into: Float64Array) => void): void {
    const share = this.#wanted[kind].get(day);
    if (share === undefined) return;
    const days = kind === 'snapshots' ? this.#snapshots : this.#purchases;
    let rows = days.get(day);
    if (rows === undefined) {
      rows = new Rows();
      days.set(day, rows);
    }
    rows.size++;
    if (isOfShare(customer, share)) rows.add(customer, label, write);
  }

  size(kind: keyof Wanted, day: number): number {
    return (kind === 'snapshots' ? this.#snapshots : this.#purchases).get(day)?.size ?? 0;
  }

  snapshot(day: number): LabelledRows {
    return (this.#snapshots.get(day) ?? new Rows()).sorted();
  }

  purchases(day: number): LabelledRows {
    return (this.#purchases.get(day) ?? new Rows()).sorted();
  }
}

class Rows {
  /** Also of those that were not kept. */
  size = 0;
  readonly #customers: string[] = [];
  readonly #labels: number[] = [];
  readonly #scratch = new Float64Array(FEATURES);
  #features = new Float64Array(1024 * FEATURES);

  add(customer: string, label: number, write: (into: Float64Array) => void): void {
    const start = this.#customers.length * FEATURES;
    if (start === this.#features.length) {
      const larger = new Float64Array(2 * this.#features.length);
      larger.set(this.#features);
      this.#features = larger;
    }
    write(this.#scratch);
    this.#features.set(this.#scratch, start);
    this.#customers.push(customer);
    this.#labels.push(label);
  }

  sorted(): LabelledRows {
    const order = [...this.#customers.keys()].sort((a, b) =>
      (this.#customers[a] ?? '') < (this.#customers[b] ?? '') ? -1 : 1,
    );
    const features = new Float64Array(order.length * FEATURES);
    for (const [row, from] of order.entries())
      features.set(this.#features.subarray(from * FEATURES, (from + 1) * FEATURES), row * FEATURES);
    return {
      customers: order.map((row) => this.#customers[row] ?? ''),
      features,
      labels: Uint8Array.from(order, (row) => this.#labels[row] ?? 0),
    };
  }
}

/** The same from histories, for any day, as long as the horizon after each is covered. */
export function gatherFrom(
  histories: ReadonlyMap<string, History>,
  { snapshots, purchases }: Wanted,
  horizonDays: number,
): Gathered {
  const rows = new RowCollector({ snapshots, purchases });
  for (const [customer, history] of histories) {
    const first = history.days[0] ?? Number.POSITIVE_INFINITY;
    const add = (kind: keyof Wanted, day: number) =>
      rows.add(kind, day, customer, labelOf(history, day, horizonDays), (into) => featuresAt(history, day, into, 0));
    for (const day of snapshots.keys()) if (first <= day) add('snapshots', day);
    for (const day of history.days) if (purchases.has(day)) add('purchases', day);
  }
  return rows;
}
