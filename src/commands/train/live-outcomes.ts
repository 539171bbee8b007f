import type { ChurnOutcome } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { openSerde, type Serde } from '../../avro/serde.ts';
import { LiveRows } from '../../churn/live-rows.ts';
import { isTick, type TickCodec, tickCodec } from '../../engine/tick.ts';
import { InputWatermark } from '../../engine/watermark.ts';
import type { Log, LogRecord } from '../../log/log.ts';
import type { Workplace } from '../workplace.ts';

/** What is waited for, and how far it has come. */
export interface OutcomesAwaited {
  /** Name on the log. */
  readonly topic: string;
  readonly partition: number;
  /** UTC epoch ms: its outcomes of up to then are wanted. */
  readonly until: number;
  /** UTC epoch ms up to which its outcomes are there; -Infinity before its first tick. */
  readonly reached: number;
}

export interface AwaitOptions {
  /** UTC epoch ms. What was known by `after` is left out, and what is known after `until`. */
  readonly after: number;
  readonly until: number;
  readonly signal: AbortSignal;
  /** Told again and again while it waits. */
  readonly onWaiting: (awaited: OutcomesAwaited) => void;
}

/** ms between two words about what is waited for. */
const SAY_EVERY = 5_000;

/**
 * Reads outcomes once, up to moment after moment of event time. Which ones are there at a moment depends on nothing but it: each
 * partition is read until its watermark has passed the moment, however long that takes, and no further.
 */
export class LiveOutcomes {
  readonly #log: Log;
  readonly #topic: string;
  readonly #serde: Serde<ChurnOutcome>;
  readonly #ticks: TickCodec;
  readonly #watermarks: readonly InputWatermark[];
  readonly #next: number[];
  readonly #rows = new LiveRows();

  private constructor(
    log: Log,
    topic: string,
    serde: Serde<ChurnOutcome>,
    ticks: TickCodec,
    watermarks: readonly InputWatermark[],
  ) {
    this.#log = log;
    this.#topic = topic;
    this.#serde = serde;
    this.#ticks = ticks;
    this.#watermarks = watermarks;
    this.#next = watermarks.map(() => 0);
  }

  /** @param topic name on the log; it must be there @throws LogError, AvroError */
  static async open({ log, registry }: Pick<Workplace, 'log' | 'registry'>, topic: string): Promise<LiveOutcomes> {
    const serde = await openSerde<ChurnOutcome>(registry, `${topic}-value`, topics.churnOutcomes.schema);
    const ticks = await tickCodec(registry, topic);
    const partitions = (await log.topics()).find(({ name }) => name === topic)?.partitions ?? 0;
    const watermarks = Array.from({ length: partitions }, () => new InputWatermark(topic, undefined));
    return new LiveOutcomes(log, topic, serde, ticks, watermarks);
  }

  /** Rows of all outcomes that became known after one moment and by another; ask for later and later ones. @throws the signal's reason, LogError, AvroError */
  async known({ after, until, signal, onWaiting }: AwaitOptions): Promise<LiveRows> {
    this.#rows.forget(after);
    for (const [partition, watermark] of this.#watermarks.entries()) {
      const say = (): void => onWaiting({ topic: this.#topic, partition, until, reached: watermark.value });
      const waiting = setInterval(say, SAY_EVERY);
      try {
        if (watermark.value <= until) await this.#read(partition, watermark, { after, until, signal });
      } finally {
        clearInterval(waiting);
      }
    }
    return this.#rows;
  }

  async #read(
    partition: number,
    watermark: InputWatermark,
    { after, until, signal }: Omit<AwaitOptions, 'onWaiting'>,
  ): Promise<void> {
    const from = { offset: this.#next[partition] ?? 0 };
    for await (const { records, next } of this.#log.read({ topic: this.#topic, partition, from, signal })) {
      await this.#prepare(records);
      for (const record of records) {
        if (record.value === null) continue;
        if (isTick(record)) {
          watermark.tick(this.#ticks.decode(record.value));
          continue;
        }
        const outcome = this.#serde.decode(record.value);
        if (outcome.time > after) this.#rows.add(outcome);
      }
      this.#next[partition] = next;
      if (watermark.value > until) return;
    }
    // The log stops reading quietly: a part is not what was asked for.
    signal.throwIfAborted();
  }

  async #prepare(records: readonly LogRecord[]): Promise<void> {
    await this.#ticks.prepare(records.filter(isTick).map(({ value }) => value));
    await this.#serde.prepare(records.filter((record) => !isTick(record)).map(({ value }) => value));
  }
}
