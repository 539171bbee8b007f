import { map, type OperatorFunction } from 'rxjs';

/** Where a message came from, and how late it may be called. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /**
   * The watermark that its own writer had reached: what lateness is judged by. It depends on the partition that the record
   * first arrived in and on nothing else, so every replay judges alike. ms, or -Infinity.
   */
  readonly watermark: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** What flows through a topology. */
export interface Message<V> {
  readonly key: string | null;
  readonly value: V;
  /** Event time, UTC epoch milliseconds. */
  readonly time: number;
  readonly origin: Origin;
}

/** The same message with another value. */
export function withValue<V>(message: Message<unknown>, value: V): Message<V> {
  return { key: message.key, value, time: message.time, origin: message.origin };
}

/** `map` over values: key, time and origin stay. */
export function mapValues<A, B>(
  project: (value: A, message: Message<A>) => B,
): OperatorFunction<Message<A>, Message<B>> {
  return map((message) => withValue(message, project(message.value, message)));
}

/** What an alarm or a commit emits comes from no record. */
export function originOf(watermark: number): Origin {
  return { topic: '', partition: -1, offset: -1, watermark, key: null, value: null };
}
