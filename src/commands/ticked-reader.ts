import { openSerde, type Serde } from '../avro/serde.ts';
import { isTick, type TickCodec, tickCodec } from '../engine/tick.ts';
import type { Topic } from '../engine/topic.ts';
import { combined, InputWatermark } from '../engine/watermark.ts';
import type { Batch, Log, LogRecord } from '../log/log.ts';
import type { Workplace } from './workplace.ts';

/** A part of a partition, by offsets. */
export interface Span {
  readonly first: number;
  /** Included. */
  readonly last: number;
}

/** Takes in the batches of a topic that carries ticks, from its start: decodes the values, and knows how far each partition has come. */
export class TickedReader<T> {
  /** Offset of the next record, by partition. */
  readonly next: number[];
  readonly #serde: Serde<T>;
  readonly #ticks: TickCodec;
  readonly #watermarks: readonly InputWatermark[];

  private constructor(serde: Serde<T>, ticks: TickCodec, watermarks: readonly InputWatermark[]) {
    this.#serde = serde;
    this.#ticks = ticks;
    this.#watermarks = watermarks;
    this.next = watermarks.map(() => 0);
  }

  /** @param name of the topic on the log; it must be there @throws LogError, AvroError */
  static async open<T>(
    { log, registry }: Pick<Workplace, 'log' | 'registry'>,
    name: string,
    { schema }: Topic<T>,
  ): Promise<TickedReader<T>> {
    const serde = await openSerde<T>(registry, `${name}-value`, schema);
    const ticks = await tickCodec(registry, name);
    const partitions = (await log.topics()).find((topic) => topic.name === name)?.partitions ?? 0;
    const watermarks = Array.from({ length: partitions }, () => new InputWatermark(name, undefined));
    return new TickedReader(serde, ticks, watermarks);
  }

  /** How far all of it is complete, UTC epoch ms; -Infinity while a partition has no ticks. */
  get watermark(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#watermarks.map(({ value }) => value));
  }

  /** How far a partition is complete, UTC epoch ms; -Infinity while it has no ticks. */
  watermarkOf(partition: number): number {
    return this.#watermarks[partition]?.value ?? Number.NEGATIVE_INFINITY;
  }

  /** The same where what has ended holds nobody back, and whether all of it has ended. */
  get reached(): { readonly value: number; readonly closed: boolean } {
    return combined(this.#watermarks);
  }

  /** Whether all is read that comes before these offsets. @param ends by partition */
  hasRead(ends: readonly number[]): boolean {
    return ends.every((end, partition) => (this.next[partition] ?? 0) >= end);
  }

  /** @param each is given every value in order, and the watermark of its partition before it @throws AvroError */
  async take(
    { partition, records, next }: Batch,
    each: (value: T, record: LogRecord, watermark: number) => void,
  ): Promise<void> {
    const told = records.filter(isTick).map(({ value }) => value);
    await Promise.all([this.#ticks.prepare(told), this.#serde.prepare(valuesOf(records))]);
    const watermark = this.#watermarks[partition];
    for (const record of records) {
      if (record.value === null || watermark === undefined) continue;
      if (isTick(record)) watermark.tick(this.#ticks.decode(record.value));
      else each(this.#serde.decode(record.value), record, watermark.value);
    }
    this.next[partition] = next;
  }

  /** Reads some parts once more, batch by batch. @throws the signal's reason, LogError, AvroError */
  async *spans(
    log: Log,
    topic: string,
    spans: ReadonlyMap<number, Span>,
    signal: AbortSignal,
  ): AsyncGenerator<readonly T[], void, undefined> {
    for (const [partition, { first, last }] of spans) {
      const from = { offset: first };
      for await (const { records, next } of log.read({ topic, partition, from, to: 'end', signal })) {
        const wanted = records.filter((record) => record.offset <= last && !isTick(record));
        await this.#serde.prepare(valuesOf(wanted));
        yield wanted.flatMap(({ value }) => (value === null ? [] : [this.#serde.decode(value)]));
        if (next > last) break;
      }
    }
    // The log stops reading quietly: a part is not what was asked for.
    signal.throwIfAborted();
  }
}

function valuesOf(records: readonly LogRecord[]): readonly (Buffer | null)[] {
  return records.filter((record) => !isTick(record)).map(({ value }) => value);
}
