import type { ChurnOutcome } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import type { Month, MonthOfModel } from '../../churn/live-metrics.ts';
import type { Batch } from '../../log/log.ts';
import { TickedReader } from '../ticked-reader.ts';
import type { Workplace } from '../workplace.ts';

/** What is known of a month's outcomes without keeping them. */
interface Noted {
  /** When they were known. */
  time: number;
  /** How many there are, and how many of them left, by version. */
  readonly counts: Map<string, { readonly rows: number; readonly churned: number }>;
  /** Where they are, by partition: the first and the last. */
  readonly spans: Map<number, { readonly first: number; last: number }>;
}

/** A month whose outcomes are all there. */
export interface CompleteMonth extends Noted {
  readonly month: string;
}

/**
 * Follows a topic of outcomes, and keeps of each month end how many there are and where. Not the outcomes: they are read once more
 * when the month is complete, so that memory stays flat, and what comes later still (older data of another source) is seen.
 */
export class OutcomesIndex {
  readonly #place: Workplace;
  readonly #topic: string;
  readonly #reader: TickedReader<ChurnOutcome>;
  readonly #months = new Map<string, Noted>();

  private constructor(place: Workplace, topic: string, reader: TickedReader<ChurnOutcome>) {
    this.#place = place;
    this.#topic = topic;
    this.#reader = reader;
  }

  /** Of nothing yet. @param topic name on the log; it must be there @throws LogError, AvroError */
  static async open(place: Workplace, topic: string): Promise<OutcomesIndex> {
    return new OutcomesIndex(place, topic, await TickedReader.open(place, topic, topics.churnOutcomes));
  }

  /** Offset of the next record, by partition. */
  get next(): readonly number[] {
    return [...this.#reader.next];
  }

  /** Whether all is read that comes before these offsets. @param ends by partition */
  hasRead(ends: readonly number[]): boolean {
    return this.#reader.hasRead(ends);
  }

  /** Notes the outcomes at month ends; those at purchases are no sample of customers. @throws AvroError */
  take(batch: Batch): Promise<void> {
    return this.#reader.take(batch, (outcome, { offset }) => this.#note(outcome, batch.partition, offset));
  }

  #note({ trigger, month, version, time, label }: ChurnOutcome, partition: number, offset: number): void {
    if (trigger !== 'GRID') return;
    const noted = this.#months.get(month) ?? { time, counts: new Map(), spans: new Map() };
    this.#months.set(month, noted);
    noted.time = Math.max(noted.time, time);
    const { rows, churned } = noted.counts.get(version) ?? { rows: 0, churned: 0 };
    noted.counts.set(version, { rows: rows + 1, churned: churned + label });
    const span = noted.spans.get(partition) ?? { first: offset, last: offset };
    span.last = offset;
    noted.spans.set(partition, span);
  }

  /** By rising month. All outcomes of a month end are of one moment: when the watermark is past it, nothing of it is to come. */
  complete(): readonly CompleteMonth[] {
    const { value, closed } = this.#reader.reached;
    return [...this.#months]
      .filter(([, { time }]) => value > time || (closed && value === time))
      .map(([month, noted]) => ({ month, ...noted }))
      .sort((a, b) => (a.month < b.month ? -1 : 1));
  }

  /** Reads a month's outcomes, in an order that does not depend on that of the log. @throws LogError, AvroError */
  async gather({ month, time, spans }: CompleteMonth, signal: AbortSignal): Promise<Month> {
    const found: ChurnOutcome[] = [];
    for await (const outcomes of this.#reader.spans(this.#place.log, this.#topic, spans, signal))
      for (const outcome of outcomes) if (outcome.trigger === 'GRID' && outcome.month === month) found.push(outcome);
    const byVersion = Map.groupBy(found, ({ version }) => version);
    const models = [...byVersion.values()].map(monthOfModel).sort((a, b) => (a.version < b.version ? -1 : 1));
    const [any] = found;
    return { month, asOf: any?.asOf ?? '', horizonDays: any?.horizonDays ?? 0, time, models };
  }
}

function monthOfModel(outcomes: readonly ChurnOutcome[]): MonthOfModel {
  const rows = [...outcomes].sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
  const [first] = rows;
  return {
    model: first?.model ?? '',
    version: first?.version ?? '',
    role: first?.role ?? 'RETIRED',
    customers: rows.map(({ customerId }) => customerId),
    probabilities: Float64Array.from(rows, ({ probability }) => probability),
    labels: Uint8Array.from(rows, ({ label }) => label),
    recency: Float64Array.from(rows, ({ recency }) => recency),
    frequency: Float64Array.from(rows, ({ frequency }) => frequency),
    tenure: Float64Array.from(rows, ({ tenure }) => tenure),
  };
}
