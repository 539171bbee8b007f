import type { ChurnOutcome } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { openSerde, type Serde } from '../../avro/serde.ts';
import type { Month, MonthOfModel } from '../../churn/live-metrics.ts';
import { isTick, type TickCodec, tickCodec } from '../../engine/tick.ts';
import { combined, InputWatermark } from '../../engine/watermark.ts';
import type { Batch } from '../../log/log.ts';
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
export class OutcomesReader {
  readonly #place: Workplace;
  readonly #topic: string;
  readonly #serde: Serde<ChurnOutcome>;
  readonly #ticks: TickCodec;
  readonly #watermarks: readonly InputWatermark[];
  readonly #months = new Map<string, Noted>();
  readonly #next: number[];

  private constructor(
    place: Workplace,
    topic: string,
    serde: Serde<ChurnOutcome>,
    ticks: TickCodec,
    partitions: number,
  ) {
    this.#place = place;
    this.#topic = topic;
    this.#serde = serde;
    this.#ticks = ticks;
    this.#watermarks = Array.from({ length: partitions }, () => new InputWatermark(topic, undefined));
    this.#next = this.#watermarks.map(() => 0);
  }

  /** @param topic name on the log; it must be there @throws LogError, AvroError */
  static async open(place: Workplace, topic: string): Promise<OutcomesReader> {
    const { log, registry } = place;
    const serde = await openSerde<ChurnOutcome>(registry, `${topic}-value`, topics.churnOutcomes.schema);
    const ticks = await tickCodec(registry, topic);
    const partitions = (await log.topics()).find(({ name }) => name === topic)?.partitions ?? 0;
    return new OutcomesReader(place, topic, serde, ticks, partitions);
  }

  /** Whether all is read that comes before these offsets. @param ends by partition */
  hasRead(ends: readonly number[]): boolean {
    return ends.every((end, partition) => (this.#next[partition] ?? 0) >= end);
  }

  /** Notes the outcomes at month ends; those at purchases are no sample of customers. @throws AvroError */
  async note({ partition, records, next }: Batch): Promise<void> {
    await this.#ticks.prepare(records.filter(isTick).map(({ value }) => value));
    await this.#serde.prepare(records.filter((record) => !isTick(record)).map(({ value }) => value));
    for (const record of records) {
      if (record.value === null) continue;
      if (isTick(record)) this.#watermarks[partition]?.tick(this.#ticks.decode(record.value));
      else this.#noteOne(this.#serde.decode(record.value), partition, record.offset);
    }
    this.#next[partition] = next;
  }

  #noteOne({ trigger, month, version, time, label }: ChurnOutcome, partition: number, offset: number): void {
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
    const { value, closed } = combined(this.#watermarks);
    return [...this.#months]
      .filter(([, { time }]) => value > time || (closed && value === time))
      .map(([month, noted]) => ({ month, ...noted }))
      .sort((a, b) => (a.month < b.month ? -1 : 1));
  }

  /** Reads a month's outcomes, in an order that does not depend on that of the log. @throws LogError, AvroError */
  async gather({ month, time, spans }: CompleteMonth, signal: AbortSignal): Promise<Month> {
    const found: ChurnOutcome[] = [];
    for (const [partition, { first, last }] of spans) {
      const from = { offset: first };
      for await (const { records, next } of this.#place.log.read({
        topic: this.#topic,
        partition,
        from,
        to: 'end',
        signal,
      })) {
        for (const record of records) {
          if (record.value === null || record.offset > last || isTick(record)) continue;
          const outcome = this.#serde.decode(record.value);
          if (outcome.trigger === 'GRID' && outcome.month === month) found.push(outcome);
        }
        if (next > last) break;
      }
    }
    signal.throwIfAborted();
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
