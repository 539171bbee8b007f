import { randomUUID } from 'node:crypto';
import { Administrator } from './kafka/administrator.ts';
import { hearing } from './kafka/bearer.ts';
import type { Compression } from './kafka/compression.ts';
import { type Brokers, Connection } from './kafka/connection.ts';
import { closed } from './kafka/failure.ts';
import { Fetching } from './kafka/fetching.ts';
import { Groups } from './kafka/groups.ts';
import { type Held, Membership } from './kafka/membership.ts';
import { ownedPartition } from './kafka/ownership.ts';
import { patiently } from './kafka/patience.ts';
import { Queue } from './kafka/queue.ts';
import { merged, readPlace } from './kafka/reading.ts';
import { Topics } from './kafka/topics.ts';
import { TransactionalProducer } from './kafka/transactions.ts';
import {
  type Appends,
  type Batch,
  type JoinOptions,
  type Log,
  LogError,
  type Member,
  type Owned,
  type ReadOptions,
  type TopicInfo,
  type TopicSpec,
} from './log.ts';

export interface KafkaLogOptions extends Brokers {
  /** Of what is written; anything is read. Default zstd. */
  readonly compression?: Compression;
  /** Of topics that are made; default 3, or as many as there are brokers. */
  readonly replication?: number;
  /** ms of silence after which a member of a group loses its partitions; default 10,000. Brokers allow 6,000 and more unless told otherwise. */
  readonly sessionTimeout?: number;
  /** ms after which the brokers abort a transaction that nobody ends; default 15,000. Readers wait for it that long when a writer was killed and nobody takes over. */
  readonly transactionTimeout?: number;
}

/** ms that reading a topic's ends, or positions, may take before it is an error. */
const patience = 20_000;
/** ms between a member's signs of life. */
const heartbeat = 500;
/** ms that closing waits for commits in hand when brokers do not answer. */
const closingPatience = 10_000;

/** Opens the log that lives on Kafka brokers. Nothing is asked of them yet. */
export function openKafkaLog(options: KafkaLogOptions): Log {
  return new KafkaLog(options);
}

class KafkaLog implements Log {
  readonly #options: KafkaLogOptions;
  readonly #connection: Connection;
  readonly #fetching: Fetching;
  readonly #administrator: Administrator;
  readonly #topics: Topics;
  readonly #groups: Groups;
  readonly #leave = new AbortController();
  readonly #closing = new AbortController();
  readonly #working = new Set<Promise<unknown>>();
  /** Appends wait for each other, so that their order is kept. */
  #appending: Promise<unknown> = Promise.resolve();
  #appender: TransactionalProducer | undefined;
  #closed: Promise<void> | undefined;

  constructor(given: KafkaLogOptions) {
    const sasl = hearing(given.sasl);
    const options = { ...given, ...(sasl === undefined ? {} : { sasl }) };
    this.#options = options;
    this.#connection = new Connection(options, this.#leave.signal);
    this.#fetching = new Fetching(this.#connection);
    this.#administrator = new Administrator(options, { signal: this.#leave.signal });
    this.#topics = new Topics(this.#connection, this.#administrator, options.replication);
    this.#groups = new Groups(this.#connection, this.#administrator);
  }

  create(topics: readonly TopicSpec[]): Promise<void> {
    return this.#work(() => this.#topics.create(topics));
  }

  delete(topics: readonly string[]): Promise<void> {
    return this.#work(async () => {
      await this.#topics.delete(topics);
      this.#fetching.forget();
    });
  }

  waitsFor(): string | undefined {
    return this.#fetching.waitsFor;
  }

  topics(): Promise<readonly TopicInfo[]> {
    return this.#work(() => this.#topics.list());
  }

  async *join({ group, topics, signal }: JoinOptions): AsyncGenerator<Owned, void, undefined> {
    const partitions = await this.#work(() => this.#coPartitioned(group, topics));
    const connection = new Connection(this.#options);
    const transactions = new Connection(this.#options);
    const { sessionTimeout = 10_000 } = this.#options;
    const membership = new Membership({ connection, group, topics, partitions, sessionTimeout, heartbeat });
    const ready = new Queue<Owned>();
    const opening = new Set<Promise<void>>();
    /** Commits, and positions that are being read, of what is owned here. */
    const mine = new Set<Promise<unknown>>();
    // Whoever stops reading has left, too.
    const left = new AbortController();
    const leave = AbortSignal.any([signal, this.#leave.signal, left.signal]);
    const gain = async (held: Held): Promise<void> => {
      const producer = this.#producer(`ebb.${group}.${held.partition}`, transactions);
      try {
        await producer.fence(held.signal);
      } catch (error) {
        if (!held.signal.aborted) ready.fail(error);
        return;
      }
      if (held.signal.aborted) return;
      const parts = { held, group, topics, membership, producer, groups: this.#groups, fetching: this.#fetching };
      ready.push(ownedPartition({ ...parts, work: (work) => tracked(mine, this.#work(work)) }));
    };
    const gaining = (async () => {
      for await (const held of membership.held(leave)) {
        const one = gain(held).finally(() => opening.delete(one));
        opening.add(one);
      }
    })();
    gaining.then(
      () => ready.end(),
      (error: unknown) => ready.fail(error),
    );
    try {
      yield* ready;
    } finally {
      left.abort();
      await gaining.catch(() => {});
      await Promise.all(opening);
      await Promise.allSettled(mine);
      await Promise.all([connection.close(), transactions.close()]);
    }
  }

  read(options: ReadOptions): AsyncIterable<Batch> {
    // Begun now and not with the first batch: `end` means now.
    const sources = this.#work(() => this.#sources(options));
    sources.catch(() => {});
    return this.#follow(sources);
  }

  async *#follow(
    sources: Promise<readonly AsyncGenerator<Batch, void, undefined>[]>,
  ): AsyncGenerator<Batch, void, undefined> {
    const [first, ...others] = await sources;
    if (first !== undefined) yield* others.length === 0 ? first : merged([first, ...others]);
  }

  append(appends: Appends): Promise<void> {
    const appended = this.#appending.then(() => this.#work(() => this.#append(appends)));
    this.#appending = appended.catch(() => {});
    return appended;
  }

  positions(
    groups?: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, readonly (number | undefined)[]>>> {
    return this.#work(() => this.#groups.positions(groups));
  }

  members(): Promise<ReadonlyMap<string, readonly Member[]>> {
    return this.#work(() => this.#groups.members());
  }

  forget(groups: readonly string[]): Promise<void> {
    return this.#work(() => this.#groups.forget(groups));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#leave.abort();
    const giveUp = setTimeout(() => this.#closing.abort(), closingPatience);
    await this.#settled();
    clearTimeout(giveUp);
    this.#closing.abort();
    await this.#fetching.close();
    await this.#administrator[Symbol.asyncDispose]();
    await this.#connection.close();
  }

  async #settled(): Promise<void> {
    await Promise.allSettled([...this.#working]);
  }

  /** Work that closing waits for. */
  #work<T>(work: () => Promise<T>): Promise<T> {
    if (this.#leave.signal.aborted) return Promise.reject(closed());
    return tracked(this.#working, work());
  }

  #patiently<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const before = (error: unknown) => this.#connection.heal(error);
    return patiently(doing, work, { patience, signal: this.#leave.signal, before });
  }

  async #coPartitioned(group: string, topics: readonly string[]): Promise<number> {
    const [first, ...others] = await Promise.all(
      topics.map((topic) => this.#patiently(`Joining ${group}`, () => this.#connection.partitions(topic))),
    );
    if (first === undefined) throw new LogError('UNKNOWN_TOPIC', `Group ${group} must join at least one topic.`);
    const odd = others.findIndex((count) => count !== first);
    if (odd >= 0) {
      const counts = `${topics[0]} has ${first} partitions, ${topics[odd + 1]} has ${others[odd]}`;
      throw new LogError('TOPIC_DIFFERS', `Group ${group} cannot join its topics: ${counts}. They must have the same.`);
    }
    return first;
  }

  #producer(transactionalId: string, connection: Connection): TransactionalProducer {
    const { compression = 'zstd', transactionTimeout = 15_000 } = this.#options;
    return new TransactionalProducer({
      connection,
      transactionalId,
      compression,
      timeout: transactionTimeout,
      closing: this.#closing.signal,
    });
  }

  /** A commit that fails has committed nothing, so the same is tried again, by then without a broker that did not answer. */
  #append(appends: Appends): Promise<void> {
    return patiently('Appending', () => this.#appendOnce(appends), this.#connection.patient);
  }

  async #appendOnce(appends: Appends): Promise<void> {
    let appender = this.#appender;
    if (appender === undefined) {
      appender = this.#producer(`ebb.append.${randomUUID()}`, this.#connection);
      await appender.fence(this.#leave.signal);
      this.#appender = appender;
    }
    try {
      await appender.commit({ appends });
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'FENCED') throw error;
      // Nobody else has its id: the brokers aborted the transaction because it took too long.
      this.#appender = undefined;
      throw new LogError('UNAVAILABLE', 'The brokers aborted a transaction that took too long. It is tried again.', {
        cause: error,
      });
    }
  }

  async #sources({ topic, partition: only, from, to, signal }: ReadOptions) {
    if (typeof from === 'object' && only === undefined) throw new TypeError('reading from an offset needs a partition');
    const count = await this.#patiently(`Reading topic ${topic}`, () => this.#connection.partitions(topic));
    const partitions = only === undefined ? Array.from({ length: count }, (_, number) => number) : [only];
    const wanted = partitions.map((partition) => ({ topic, partition }));
    const endsNeeded = from === 'end' || to === 'end';
    const ends = await this.#patiently(`Reading topic ${topic}`, async () => {
      // Also says so when a partition does not exist.
      for (const { partition } of wanted) await this.#connection.leader(topic, partition);
      return endsNeeded ? (await this.#connection.offsets(wanted, 'end')).get(topic) : undefined;
    });
    return partitions.map((partition) => {
      const end = ends?.get(partition) ?? 0;
      const start = typeof from === 'object' ? from.offset : from === 'end' ? end : 0;
      const place = { topic, partition, from: start, end: to === 'end' ? end : Number.POSITIVE_INFINITY };
      return readPlace(this.#fetching, place, signal);
    });
  }
}

/** `work`, which is in `among` until it has ended. */
function tracked<T>(among: Set<Promise<unknown>>, work: Promise<T>): Promise<T> {
  const ending = work.finally(() => among.delete(ending));
  among.add(ending);
  return ending;
}
