import { setMaxListeners } from 'node:events';
import type { Registry } from '../../src/avro/registry.ts';
import { physicalName } from '../../src/engine/topic.ts';
import { type Log, LogError, type Owned } from '../../src/log/log.ts';
import { openBoundaries } from './boundary.ts';
import { openDecoder } from './decode.ts';
import { type Delivery, deliverRanges, deliverRows } from './deliver.ts';
import { type Backoff, remedyOf, waited } from './retry.ts';
import { type BatchLimits, type Sink, SinkError, type TopicPartition } from './sink.ts';
import { type Turn, turns } from './turns.ts';

export interface SinkProgress {
  readonly topic: string;
  readonly partition: number;
  /** Records in the range just written, without ticks. */
  readonly records: number;
  readonly next: number;
  /** End of the partition when it was last seen. */
  readonly end: number;
}

export interface RunSinkOptions {
  readonly log: Log;
  readonly registry: Registry;
  readonly shop: string;
  readonly sink: Sink;
  /** Names within the shop; the topics must exist. */
  readonly topics: readonly string[];
  /** Asks to finish the commit in hand and return. */
  readonly signal: AbortSignal;
  /** Override the sink's own. */
  readonly limits?: Partial<BatchLimits>;
  /** Aborts when whoever writes the topics is done: from then on records wait no longer for more at the end of the log. */
  readonly hurry?: AbortSignal | undefined;
  readonly backoff?: Backoff;
  /** Called whenever a partition came to be ours and its group's position agrees with the store: from then on the lag is true. */
  readonly onTaken?: (topic: string, partition: number, next: number) => void;
  /** It is not ours any more, or not carried any more. */
  readonly onLeft?: (topic: string, partition: number) => void;
  /** What goes wrong and is tried again, after so many milliseconds. */
  readonly onRetry?: (at: TopicPartition, error: unknown, pause: number) => void;
  readonly onProgress?: (progress: SinkProgress) => void;
}

/**
 * The group under which a sink's position in a topic is on the log: caught up when it equals the topic's end. One group
 * per topic, as a group leases partition numbers and topics may differ in how many they have.
 */
export function sinkGroup(shop: string, sink: string, topic: string): string {
  return `${shop}.sink.${sink}.${topic}`;
}

/** How long a partition may be ours on the log and another's in the store, in milliseconds, before that is an error. */
const fencedPatience = 30_000;

/**
 * Carries topics of a shop into a sink, exactly once, sharing partitions with other members of the group, and returns when
 * `signal` aborts. A store that is UNAVAILABLE or FULL is tried again with growing waits; memory is bounded by the limits per partition.
 * A record that does not read becomes a dead letter.
 * @throws SinkError BAD_RECORD, REFUSED; LogError UNKNOWN_TOPIC, CORRUPT, CLOSED
 */
export async function runSink(options: RunSinkOptions): Promise<void> {
  const { topics, signal } = options;
  const failure = new AbortController();
  const stopping = AbortSignal.any([signal, failure.signal]);
  // Every wait of every partition listens to it.
  setMaxListeners(0, stopping, ...(options.hurry === undefined ? [] : [options.hurry]));
  const carry = await carrier(options);
  const turnOf = turns({ ...options.sink.limits, ...options.limits }.atOnce);
  const following = topics.map(async (topic) => {
    try {
      await follow(options, topic, carry, turnOf, stopping);
    } catch (error) {
      failure.abort();
      throw error;
    }
  });
  for (const outcome of await Promise.allSettled(following)) {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
  }
}

type Carry = (delivery: Delivery) => Promise<void>;

async function carrier({ log, registry, shop, sink }: RunSinkOptions): Promise<Carry> {
  if (sink.kind === 'transactional') {
    return (delivery) => deliverRows(delivery, sink);
  }
  const boundaries = await openBoundaries(log, registry, shop, sink.name);
  return (delivery) => deliverRanges(delivery, sink, boundaries);
}

/** Joins the group for one topic and delivers each partition that comes to be owned. */
async function follow(
  options: RunSinkOptions,
  topic: string,
  carry: Carry,
  turnOf: () => Turn,
  stopping: AbortSignal,
): Promise<void> {
  const { log, shop, sink } = options;
  const physical = physicalName(shop, topic);
  const failure = new AbortController();
  const ending = AbortSignal.any([stopping, failure.signal]);
  setMaxListeners(0, ending);
  const leaving = new AbortController();
  const deliveries = new Set<Promise<void>>();
  // Partitions are given back only when the commits in hand are through.
  const leave = () => void Promise.allSettled(deliveries).then(() => leaving.abort());
  if (ending.aborted) {
    return;
  }
  ending.addEventListener('abort', leave, { once: true });
  const decode =
    sink.kind === 'transactional'
      ? openDecoder(options.registry, sink.schemaOf(topic), sink.deletes(topic))
      : openDecoder(options.registry, undefined);
  const errors: unknown[] = [];
  const start = (owned: Owned) => {
    const delivery: Delivery = {
      name: sink.name,
      log,
      owned,
      physical,
      at: { topic, partition: owned.partition },
      decode,
      limits: { ...sink.limits, ...options.limits },
      turn: turnOf(),
      signal: ending,
      hurry: options.hurry,
      backoff: options.backoff,
      onTaken: (next) => options.onTaken?.(topic, owned.partition, next),
      onRetry: (error, pause) => options.onRetry?.({ topic, partition: owned.partition }, error, pause),
      onRange: ({ records, next, end }) =>
        options.onProgress?.({ topic, partition: owned.partition, records: records.length, next, end }),
    };
    const delivering = deliver(delivery, carry).catch((error: unknown) => {
      errors.push(error);
      failure.abort();
    });
    deliveries.add(delivering);
    void delivering.finally(() => {
      deliveries.delete(delivering);
      options.onLeft?.(topic, owned.partition);
    });
  };
  try {
    const group = sinkGroup(shop, sink.name, topic);
    for await (const owned of log.join({ group, topics: [physical], signal: leaving.signal })) {
      start(owned);
    }
  } finally {
    ending.removeEventListener('abort', leave);
    failure.abort();
    await Promise.all(deliveries);
  }
  if (errors.length > 0) {
    throw errors[0];
  }
}

/** Delivers until told to stop, or until the partition is taken away; then it is owned again some time, by us or another. */
async function deliver(delivery: Delivery, carry: Carry): Promise<void> {
  const { owned, signal } = delivery;
  try {
    await carry(delivery);
  } catch (error) {
    if (signal.aborted && remedyOf(error) === 'retry') {
      // Stopped while waiting for a store or log that does not answer: the position says what is left to do.
      return;
    }
    if (remedyOf(error) !== 'rejoin') {
      throw error;
    }
    await takenAway(owned, signal, error);
  }
}

/** A fenced owner learns soon that it is one. If it does not, another log feeds the same store. */
async function takenAway(owned: Owned, signal: AbortSignal, error: unknown): Promise<void> {
  if (error instanceof LogError || !(await waited(fencedPatience, AbortSignal.any([owned.signal, signal])))) {
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  throw new SinkError('REFUSED', `${message}, while the log still gives it to us: does another log feed this store?`, {
    cause: error,
  });
}
