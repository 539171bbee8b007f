import { FEATURES, featuresAt, labelOf } from './features.ts';
import type { History } from './history.ts';
import type { LabelledRows } from './labelled.ts';
import type { TrainingDates } from './training-dates.ts';

/** Rows of which days are wanted: of every customer at the end of a day, and of those who bought on it. */
export interface Wanted {
  readonly snapshots: ReadonlySet<number>;
  readonly purchases: ReadonlySet<number>;
}

/** What was wanted, by day. */
export interface Gathered {
  snapshot(day: number): LabelledRows;
  purchases(day: number): LabelledRows;
}

/** Before a day of which snapshots are learnt from, purchases are learnt from for so many days, that one included. */
const PURCHASE_DAYS = 31;

/** Days of purchase that go with snapshots. Snapshots of successive months share a few. */
export function purchaseDays(snapshots: readonly number[]): readonly number[] {
  const days = snapshots.flatMap((day) => Array.from({ length: PURCHASE_DAYS }, (_, ago) => day - ago));
  return [...new Set(days)].sort((a, b) => a - b);
}

/** All that some dates need, to be read at once. */
export function wantedFor(all: readonly Partial<TrainingDates>[]): Wanted {
  const snapshots = new Set<number>();
  const purchases = new Set<number>();
  for (const { train = [], calibrate, test } of all) {
    const learnt = calibrate === undefined ? train : [...train, calibrate];
    for (const day of test === undefined ? learnt : [...learnt, test]) snapshots.add(day);
    for (const day of purchaseDays(test === undefined ? learnt : [...learnt, test])) purchases.add(day);
  }
  return { snapshots, purchases };
}

/** Collects rows in any order, and gives those of a day by rising customer: what is learnt must not depend on how they were read. */
export class RowCollector implements Gathered {
  readonly #snapshots = new Map<number, Rows>();
  readonly #purchases = new Map<number, Rows>();

  add(kind: keyof Wanted, day: number, customer: string, label: number, write: (into: Float64Array) => void): void {
    const days = kind === 'snapshots' ? this.#snapshots : this.#purchases;
    let rows = days.get(day);
    if (rows === undefined) {
      rows = new Rows();
      days.set(day, rows);
    }
    rows.add(customer, label, write);
  }

  snapshot(day: number): LabelledRows {
    return (this.#snapshots.get(day) ?? new Rows()).sorted();
  }

  purchases(day: number): LabelledRows {
    return (this.#purchases.get(day) ?? new Rows()).sorted();
  }
}

class Rows {
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
  const rows = new RowCollector();
  for (const [customer, history] of histories) {
    const first = history.days[0] ?? Number.POSITIVE_INFINITY;
    const add = (kind: keyof Wanted, day: number) =>
      rows.add(kind, day, customer, labelOf(history, day, horizonDays), (into) => featuresAt(history, day, into, 0));
    for (const day of snapshots) if (first <= day) add('snapshots', day);
    for (const day of history.days) if (purchases.has(day)) add('purchases', day);
  }
  return rows;
}
