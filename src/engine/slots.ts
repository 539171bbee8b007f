import type { Batch } from '../log/log.ts';

/** One stream of batches that the task reads, with at most one batch waiting. */
export interface Slot {
  readonly name: string;
  /** What decides between slots that are ready: the one furthest behind in event time goes first, so that joins buffer little. */
  watermark(): number;
  take(batch: Batch): Promise<void>;
}

interface Reading {
  readonly slot: Slot;
  readonly iterator: AsyncIterator<Batch>;
  ready: Batch | undefined;
  ended: boolean;
  pending: Promise<void> | undefined;
}

/** Reads several streams of batches side by side, pulling one batch ahead from each and no more. */
export class Slots {
  readonly #readings: Reading[] = [];
  #failure: { readonly error: unknown } | undefined;

  add(slot: Slot, batches: AsyncIterable<Batch>): void {
    this.#readings.push({
      slot,
      iterator: batches[Symbol.asyncIterator](),
      ready: undefined,
      ended: false,
      pending: undefined,
    });
  }

  /**
   * Waits until a batch is ready, `until` settles, or every stream has ended, and says which.
   * @throws whatever a stream threw
   */
  async next(until: Promise<unknown>): Promise<'batch' | 'interrupted' | 'ended'> {
    const waits: Promise<unknown>[] = [];
    for (const reading of this.#readings) {
      if (reading.ended || reading.ready !== undefined) continue;
      reading.pending ??= this.#pull(reading);
      waits.push(reading.pending);
    }
    if (!this.#isReady()) {
      if (waits.length === 0) return 'ended';
      await Promise.race([until, ...waits]);
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#isReady()) return 'batch';
    return this.#readings.every(({ ended }) => ended) ? 'ended' : 'interrupted';
  }

  /** Hands the batch that is furthest behind to its slot; returns it. */
  async take(): Promise<Batch | undefined> {
    let first: Reading | undefined;
    for (const reading of this.#readings) {
      if (reading.ready === undefined) continue;
      if (first === undefined || reading.slot.watermark() < first.slot.watermark()) first = reading;
    }
    const batch = first?.ready;
    if (first === undefined || batch === undefined) return undefined;
    first.ready = undefined;
    first.pending = this.#pull(first);
    await first.slot.take(batch);
    return batch;
  }

  /** Ends the streams. Not waited for: one that waits for records ends only when its partition is given back, which comes later. */
  close(): void {
    for (const { iterator } of this.#readings) iterator.return?.().catch(() => {});
  }

  #isReady(): boolean {
    return this.#readings.some(({ ready }) => ready !== undefined);
  }

  async #pull(reading: Reading): Promise<void> {
    try {
      const { value, done } = await reading.iterator.next();
      if (done === true) reading.ended = true;
      else reading.ready = value;
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      reading.pending = undefined;
    }
  }
}
