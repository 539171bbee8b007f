import type { OperatorFunction } from 'rxjs';
import type { Message } from './message.ts';
import type { StatefulOptions } from './store.ts';

/** Why a record is late: the window that had closed, by which watermark. */
export interface LateDetails {
  /** The store (window) that refused it. */
  readonly store: string;
  readonly key: string;
  readonly windowStart?: number;
  readonly windowEnd?: number;
  /** The watermark that it came behind. */
  readonly watermark: number;
  readonly reason: string;
}

/** A value refused by a rule; see `Keep.mapOrReject`. */
export class Rejection {
  readonly code: string;
  readonly message: string;

  constructor(code: string, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** Refuses a record: it goes to `<topology>.dead` with this code and message, and the stream goes on. */
export function reject(code: string, message: string): Rejection {
  return new Rejection(code, message);
}

/** Latest values of a broadcast topic, as known to this task. */
export interface Broadcast<T> {
  /**
   * The value of `key` that is in force at `time` (ms): the newest whose own event time is not after it.
   * @throws RangeError where the topic carries ticks, and they do not go beyond `time` yet. Those of the watermark and before
   * are always known: ask in an alarm, a window, or about records in order of time (`ordered`)
   */
  at(key: string, time: number): T | undefined;
  /** The newest value of each key, whatever its time. */
  readonly latest: ReadonlyMap<string, T>;
  /** Differs whenever anything has changed, for whoever keeps what follows from the values. */
  readonly changes: number;
}

export interface BroadcastOptions<T> {
  /**
   * Keys of which nobody will ask any more, as the task's watermark (ms) is there: their values leave its memory, and stay on the
   * log. Asked whenever values have come; absent: all are kept.
   */
  forget?(latest: ReadonlyMap<string, T>, watermark: number): Iterable<string>;
}

/** What a topology's `build` gets: everything that remembers, waits or refuses. Windows and joins are functions of it (`windows.ts`, `joins.ts`, …). */
export interface Keep {
  /** The partition number of this task. */
  readonly partition: number;
  /** The task's watermark, ms; -Infinity before anything is known. */
  readonly watermark: number;
  /** The one stateful primitive. Prefer what is composed of it where that fits. */
  stateful<I, S, O>(options: StatefulOptions<I, S, O>): OperatorFunction<Message<I>, Message<O>>;
  /** `mapValues` that may refuse: return `reject(code, message)` and the record becomes a dead letter. */
  mapOrReject<A, B>(
    project: (value: A, message: Message<A>) => B | Rejection,
  ): OperatorFunction<Message<A>, Message<B>>;
  /** Sends a record to `<topology>.late`, in the same transaction as everything else. */
  late(message: Message<unknown>, details: LateDetails): void;
  /** Counts something for metrics, e.g. `duplicates`. */
  count(metric: string, by?: number): void;
  broadcast<T>(name: string, options?: BroadcastOptions<T>): Broadcast<T>;
}

/** What a record is judged by: its own writer's watermark, or, should a writer have joined after windows closed, the task's. */
export function lateness(keep: Keep, message: Message<unknown>): number {
  return Math.max(message.origin.watermark, keep.watermark);
}
