import type { Batch } from '../log/log.ts';

/** One stream of batches that the task reads, with at most one batch waiting. */
export interface Slot {
  readonly name: string;
  /** What decides between slots that are ready: the one furthest behind in event time goes first, so that joins buffer little. */
  watermark(): number;
  /** While it is, it is given nothing. */
  held(): boolean;
  /**
   * @param from index of the first record to take
   * @returns that of the first it left: the batch is given to it again from there, before any other of the stream
   */
  take(batch: Batch, from: number): Promise<number>;
}

interface Reading {
  readonly slot: Slot;
  readonly iterator: AsyncIterator<Batch>;
  state: 'idle' | 'pulling' | 'ended' | Ready;
  /** What the slot has left of a batch. */
  left: Ready | undefined;
}

interface Ready {
  readonly batch: Batch;
  /** Index of the first record to take. */
  readonly from: number;
}

/** Reads several streams of batches side by side, pulling one batch ahead from each and no more. */
export class Slots {
  readonly #readings: Reading[] = [];
  #failure: { readonly error: unknown } | undefined;
  /** Armed while somebody waits. One resolver for all, since a race between long-lived promises would never be freed. */
  #ring: (() => void) | undefined;

  add(slot: Slot, batches: AsyncIterable<Batch>): void {
    this.#readings.push({ slot, iterator: batches[Symbol.asyncIterator](), state: 'idle', left: undefined });
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
    return this.#readings.every(hasEnded) ? 'ended' : 'interrupted';
  }

  /** Lets `next` return. */
  wake(): void {
    this.#ring?.();
  }

  /** Hands the batch that is furthest behind to its slot; returns it, and how many of its records were taken. */
  async take(): Promise<{ readonly batch: Batch; readonly taken: number } | undefined> {
    let first: Reading | undefined;
    for (const reading of this.#readings) {
      if (isReady(reading) && (first === undefined || reading.slot.watermark() < first.slot.watermark()))
        first = reading;
    }
    const ready = first?.left ?? first?.state;
    if (first === undefined || typeof ready !== 'object') return undefined;
    const { batch, from } = ready;
    if (first.left === undefined) this.#pull(first);
    first.left = undefined;
    const next = await first.slot.take(batch, from);
    if (next < batch.records.length) first.left = { batch, from: next };
    return { batch, taken: next - from };
  }

  /** Ends the streams. Not waited for: one that waits for records ends only when its partition is given back, which comes later. */
  close(): void {
    for (const { iterator } of this.#readings) iterator.return?.().catch(() => {});
  }

  #settled(): boolean {
    return this.#failure !== undefined || this.#readings.some(isReady) || this.#readings.every(hasEnded);
  }

  #pull(reading: Reading): void {
    reading.state = 'pulling';
    reading.iterator.next().then(
      ({ value, done }) => {
        reading.state = done === true ? 'ended' : { batch: value, from: 0 };
        this.wake();
      },
      (error: unknown) => {
        this.#failure ??= { error };
        this.wake();
      },
    );
  }
}

function isReady({ slot, state, left }: Reading): boolean {
  return (left !== undefined || typeof state === 'object') && !slot.held();
}

function hasEnded({ state, left }: Reading): boolean {
  return state === 'ended' && left === undefined;
}
