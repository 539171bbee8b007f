import type { Observable } from 'rxjs';
import type { Keep } from './keep.ts';
import type { Message } from './message.ts';
import type { Topic } from './topic.ts';

/** An input read as a table: tombstones come through as `null` instead of being refused. */
export interface Table<T> {
  readonly table: Topic<T>;
}

/** Reads a compacted topic as a table of its keys' latest values. */
export function table<T>(topic: Topic<T>): Table<T> {
  return { table: topic };
}

/** What a topology reads: a topic record by record, or as a table. */
export type Input = Topic<unknown> | Table<unknown>;

type ValueOf<I> = I extends Table<infer T> ? T | null : I extends Topic<infer T> ? T : never;

export type Streams<From extends Readonly<Record<string, Input>>> = {
  readonly [K in keyof From]: Observable<Message<ValueOf<From[K]>>>;
};
export type Outputs<To extends Readonly<Record<string, Topic<unknown>>>> = {
  readonly [K in keyof To]: Observable<Message<ValueOf<To[K]>>>;
};

/** What declares a topology: its inputs, its outputs, and how the ones become the others. */
export interface TopologyOptions<
  From extends Readonly<Record<string, Input>>,
  To extends Readonly<Record<string, Topic<unknown>>>,
> {
  /** Names its group, its state topic and the topics of its late records and dead letters. */
  readonly name: string;
  /** `v1` unless told otherwise. State, positions and outputs belong to a version. */
  readonly version?: string;
  /** What it computes, in a sentence, for `ebb describe`. */
  readonly title?: string;
  /** Co-partitioned inputs: one task reads the same partition number of all. */
  readonly from: From;
  /**
   * Topics that every task reads whole before it starts, such as models and settings. Where such a topic is ticked, a task
   * goes no further in time than what is known of it, and waits: results do not depend on who is faster. It waits for whoever
   * has ever ticked there and has not closed; a writer that is to be waited for from the start ticks before topologies start.
   */
  readonly broadcast?: Readonly<Record<string, Topic<unknown>>>;
  readonly to: To;
  /** Ticks go out whenever the watermark crosses a multiple of this, ms of event time. Default one minute. */
  readonly tickStep?: number;
  /** Wires streams to outputs with RxJS operators and with what `keep` offers. Called once per task; must not keep anything itself. */
  build(streams: Streams<From>, keep: Keep): Outputs<To>;
}

/** A topology, its types forgotten: what the engine runs. */
export interface Topology {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly from: Readonly<Record<string, Input>>;
  readonly broadcast: Readonly<Record<string, Topic<unknown>>>;
  readonly to: Readonly<Record<string, Topic<unknown>>>;
  readonly tickStep: number;
  build(
    streams: Readonly<Record<string, Observable<Message<unknown>>>>,
    keep: Keep,
  ): Readonly<Record<string, Observable<Message<unknown>>>>;
}

/** Declares a topology. @throws TopologyError INVALID when a name would not do as part of a topic's name */
export function topology<
  const From extends Readonly<Record<string, Input>>,
  const To extends Readonly<Record<string, Topic<unknown>>>,
>(options: TopologyOptions<From, To>): Topology {
  const { name, version = 'v1' } = options;
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !/^[a-z0-9]+$/.test(version)) {
    throw new TopologyError(
      'INVALID',
      `topology ${name} ${version}: a name has lower-case letters, digits and -, a version lower-case letters and digits`,
    );
  }
  return {
    name,
    version,
    title: options.title ?? '',
    from: options.from,
    broadcast: options.broadcast ?? {},
    to: options.to,
    tickStep: options.tickStep ?? 60_000,
    // The one place where types are forgotten: the engine hands each stream what its topic's schema decodes to.
    build: (streams, keep) => options.build(streams as Streams<From>, keep),
  };
}

export function topicOf(input: Input): Topic<unknown> {
  return 'table' in input ? input.table : input;
}

/** What is wrong, and what happens next. */
export type TopologyErrorCode =
  /** The declaration is wrong; nothing was started. */
  | 'INVALID'
  /** An operator threw. The message names the record; nothing of it was committed, and the topology stops. */
  | 'OPERATOR_FAILED'
  /** Something was emitted outside `advance`, by an operator that waits (delay, debounce, a promise): it would be lost in a crash. */
  | 'EMITTED_OUTSIDE'
  /** A record of a broadcast input does not decode: nothing runs on settings that cannot be read. */
  | 'BROADCAST_UNREADABLE'
  /** State is to be rebuilt up to a moment that a broadcast input has not come to. Nothing was changed. */
  | 'BROADCAST_BEHIND'
  /** A record of the state topic does not decode: the topology stops rather than go on from half a state. */
  | 'STATE_UNREADABLE';

/** What is wrong with a topology, or what stopped it; the code says which. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError';
  readonly code: TopologyErrorCode;

  constructor(code: TopologyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
