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
  state: 'idle' | 'pulling' | 'ended' | { readonly batch: Batch };
}

/** Reads several streams of batches side by side, pulling one batch ahead from each and no more. */
export class Slots {
  readonly #readings: Reading[] = [];
  #failure: { readonly error: unknown } | undefined;
  /** Armed while somebody waits. One resolver for all, since a race between long-lived promises would never be freed. */
  #ring: (() => void) | undefined;

  add(slot: Slot, batches: AsyncIterable<Batch>): void {
    this.#readings.push({ slot, iterator: batches[Symbol.asyncIterator](), state: 'idle' });
  }

  /**
   * Waits until a batch is ready, every stream has ended, `wait` ms have passed or `wake` is called, and says which.
   * @throws whatever a stream threw
   */
  async next(wait: number): Promise<'batch' | 'interrupted' | 'ended'> {
    for (const reading of this.#readings) if (reading.state === 'idle') this.#pull(reading);
    if (!this.#settled()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#ring = resolve;
      const timer = setTimeout(resolve, wait);
      await promise;
      clearTimeout(timer);
      this.#ring = undefined;
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#readings.some(isReady)) return 'batch';
    return this.#readings.every(({ state }) => state === 'ended') ? 'ended' : 'interrupted';
  }

  /** Lets `next` return. */
  wake(): void {
    this.#ring?.();
  }

  /** Hands the batch that is furthest behind to its slot; returns it. */
  async take(): Promise<Batch | undefined> {
    let first: (Reading & Ready) | undefined;
    for (const reading of this.#readings) {
      if (isReady(reading) && (first === undefined || reading.slot.watermark() < first.slot.watermark()))
        first = reading;
    }
    if (first === undefined) return undefined;
    const { batch } = first.state;
    this.#pull(first);
    await first.slot.take(batch);
    return batch;
  }

  /** Ends the streams. Not waited for: one that waits for records ends only when its partition is given back, which comes later. */
  close(): void {
    for (const { iterator } of this.#readings) iterator.return?.().catch(() => {});
  }

  #settled(): boolean {
    return (
      this.#failure !== undefined ||
      this.#readings.some(isReady) ||
      this.#readings.every(({ state }) => state === 'ended')
    );
  }

  #pull(reading: Reading): void {
    reading.state = 'pulling';
    reading.iterator.next().then(
      ({ value, done }) => {
        reading.state = done === true ? 'ended' : { batch: value };
        this.wake();
      },
      (error: unknown) => {
        this.#failure ??= { error };
        this.wake();
      },
    );
  }
}

interface Ready {
  readonly state: { readonly batch: Batch };
}

function isReady(reading: Reading): reading is Reading & Ready {
  return typeof reading.state === 'object';
}
