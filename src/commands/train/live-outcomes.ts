import type { ChurnOutcome } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { LiveRows } from '../../churn/live-rows.ts';
import type { Log } from '../../log/log.ts';
import { TickedReader } from '../ticked-reader.ts';
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
  readonly #reader: TickedReader<ChurnOutcome>;
  readonly #rows = new LiveRows();

  private constructor(log: Log, topic: string, reader: TickedReader<ChurnOutcome>) {
    this.#log = log;
    this.#topic = topic;
    this.#reader = reader;
  }

  /** @param topic name on the log; it must be there @throws LogError, AvroError */
  static async open(place: Pick<Workplace, 'log' | 'registry'>, topic: string): Promise<LiveOutcomes> {
    return new LiveOutcomes(place.log, topic, await TickedReader.open(place, topic, topics.churnOutcomes));
  }

  /** Rows of all outcomes that became known after one moment and by another; ask for later and later ones. @throws the signal's reason, LogError, AvroError */
  async known({ after, until, signal, onWaiting }: AwaitOptions): Promise<LiveRows> {
    this.#rows.forget(after);
    for (const partition of this.#reader.next.keys()) {
      const say = (): void =>
        onWaiting({ topic: this.#topic, partition, until, reached: this.#reader.watermarkOf(partition) });
      const waiting = setInterval(say, SAY_EVERY);
      try {
        if (this.#reader.watermarkOf(partition) <= until) await this.#read(partition, { after, until, signal });
      } finally {
        clearInterval(waiting);
      }
    }
    return this.#rows;
  }

  async #read(partition: number, { after, until, signal }: Omit<AwaitOptions, 'onWaiting'>): Promise<void> {
    const from = { offset: this.#reader.next[partition] ?? 0 };
    for await (const batch of this.#log.read({ topic: this.#topic, partition, from, signal })) {
      await this.#reader.take(batch, (outcome) => {
        if (outcome.time > after) this.#rows.add(outcome);
      });
      if (this.#reader.watermarkOf(partition) > until) return;
    }
    // The log stops reading quietly: a part is not what was asked for.
    signal.throwIfAborted();
  }
}
