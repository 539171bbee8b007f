import type { ChurnExample } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { writeFeatures } from '../../churn/examples.ts';
import { type Gathered, RowCollector, type Wanted } from '../../churn/gathered.ts';
import { dayOf } from '../../churn/history.ts';
import type { Batch } from '../../log/log.ts';
import { type Span, TickedReader } from '../ticked-reader.ts';
import type { Workplace } from '../workplace.ts';

type OnLog = Pick<Workplace, 'log' | 'registry'>;

interface DayOfExamples {
  rows: number;
  churned: number;
  /** By partition: where they are. */
  readonly spans: Map<number, { readonly first: number; last: number }>;
}

export interface GatherOptions {
  readonly signal: AbortSignal;
  /** Told how many records have been read, and of how many. */
  readonly onProgress?: ((records: number, of: number) => void) | undefined;
}

/**
 * A topic of examples as far as it has been taken in: how many there are of each day, and where. Not the examples: those that
 * are wanted are read once more, so that memory does not grow with the shop.
 */
export class ExamplesIndex {
  /** Name on the log. */
  readonly topic: string;
  readonly #place: OnLog;
  readonly #reader: TickedReader<ChurnExample>;
  readonly #days = {
    snapshots: new Map<number, DayOfExamples>(),
    purchases: new Map<number, DayOfExamples>(),
  };
  #first: number | undefined;

  private constructor(place: OnLog, topic: string, reader: TickedReader<ChurnExample>) {
    this.#place = place;
    this.topic = topic;
    this.#reader = reader;
  }

  /** Of nothing yet. @param topic name on the log; it must be there @throws LogError, AvroError */
  static async open(place: OnLog, topic: string): Promise<ExamplesIndex> {
    return new ExamplesIndex(place, topic, await TickedReader.open(place, topic, topics.churnExamples));
  }

  /** The first local day of which there is an example; undefined where there are none. */
  get first(): number | undefined {
    return this.#first;
  }

  /** How far examples are complete, UTC epoch ms; -Infinity while a partition has no ticks. */
  get watermark(): number {
    return this.#reader.watermark;
  }

  /** Offset of the next record, by partition. */
  get next(): readonly number[] {
    return [...this.#reader.next];
  }

  /** Takes in what comes next. @throws AvroError */
  take(batch: Batch): Promise<void> {
    return this.#reader.take(batch, ({ asOf, trigger, label }, { offset }) => {
      const day = dayOf(asOf);
      const days = trigger === 'GRID' ? this.#days.snapshots : this.#days.purchases;
      let known = days.get(day);
      if (known === undefined) {
        known = { rows: 0, churned: 0, spans: new Map() };
        days.set(day, known);
        this.#first = Math.min(this.#first ?? day, day);
      }
      known.rows++;
      known.churned += label;
      const span = known.spans.get(batch.partition);
      if (span === undefined) known.spans.set(batch.partition, { first: offset, last: offset });
      else span.last = offset;
    });
  }

  size(kind: keyof Wanted, day: number): number {
    return this.#days[kind].get(day)?.rows ?? 0;
  }

  /** How many of them churned. */
  churned(kind: keyof Wanted, day: number): number {
    return this.#days[kind].get(day)?.churned ?? 0;
  }

  /** Reads the examples of some days. @throws the signal's reason, LogError, AvroError */
  async gather(wanted: Wanted, { signal, onProgress }: GatherOptions): Promise<Gathered> {
    const spans = this.#spansOf(wanted);
    const of = [...spans.values()].reduce((sum, { first, last }) => sum + last + 1 - first, 0);
    const rows = new RowCollector(wanted);
    let read = 0;
    for await (const examples of this.#reader.spans(this.#place.log, this.topic, spans, signal)) {
      for (const example of examples) {
        const { trigger, asOf, customerId, label } = example;
        const kind = trigger === 'GRID' ? 'snapshots' : 'purchases';
        rows.add(kind, dayOf(asOf), customerId, label, (into) => writeFeatures(example, into, 0));
      }
      read += examples.length;
      onProgress?.(read, of);
    }
    return rows;
  }

  /** From the first to the last that is wanted: examples are mostly in order of their days. */
  #spansOf(wanted: Wanted): ReadonlyMap<number, Span> {
    const spans = new Map<number, Span>();
    for (const kind of ['snapshots', 'purchases'] as const)
      for (const day of wanted[kind].keys())
        for (const [partition, { first, last }] of this.#days[kind].get(day)?.spans ?? []) {
          const known = spans.get(partition);
          spans.set(partition, {
            first: Math.min(first, known?.first ?? first),
            last: Math.max(last, known?.last ?? last),
          });
        }
    return spans;
  }
}
