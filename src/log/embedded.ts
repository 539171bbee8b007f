import type { DatabaseSync } from 'node:sqlite';
import { Catalog, type StoredTopic } from './catalog.ts';
import { Changes } from './changes.ts';
import { Compaction } from './compaction.ts';
import { type Lease, Leases } from './leases.ts';
import {
  type Appends,
  type Batch,
  type JoinOptions,
  type Log,
  LogError,
  type Member,
  type Owned,
  type Positions,
  type ReadOptions,
  type TopicInfo,
  type TopicSpec,
} from './log.ts';
import { type Held, Membership } from './membership.ts';
import { Presence } from './presence.ts';
import { type Place, Reading } from './reading.ts';
import { type LogFile, openFile } from './sqlite-file.ts';
import { Transactions } from './transactions.ts';
import { encode, Writing, type Written } from './writing.ts';

/** Where an embedded log is, and how it is shared. */
export interface EmbeddedLogOptions {
  /** The SQLite file; made if absent. `:memory:` keeps everything in memory, for this log alone. */
  readonly path: string;
  /** Milliseconds of silence after which a member loses its partitions; default 10,000. One whose process has ended loses them at once. */
  readonly sessionTimeout?: number;
  /** Milliseconds to wait for another process's lock before UNAVAILABLE; default 30,000. */
  readonly patience?: number;
  /** Milliseconds that a tombstone stays readable at least; default 24 hours. */
  readonly tombstoneRetention?: number;
  /** The file may not grow beyond this; default: as far as the disk goes. */
  readonly maxBytes?: number;
}

/** A log in one SQLite file, which several processes of one machine may share. */
export interface EmbeddedLog extends Log {
  /** Compacts the topics (all compacted ones by default) now. It happens by itself as they grow; this is for tests and idle times. */
  compact(topics?: readonly string[]): Promise<void>;
}

/**
 * Opens the log that lives in one SQLite file. Several logs may have the same file open, in one process or in many.
 * @throws LogError CORRUPT when the file is something else or damaged, UNAVAILABLE
 */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
  const patience = options.patience ?? 30_000;
  const file = await openFile(options, patience);
  const log = new SqliteLog(file, options, patience);
  if (file.torn === undefined) log.sweepSoon();
  return log;
}

class SqliteLog implements EmbeddedLog {
  readonly #db: DatabaseSync;
  readonly #catalog: Catalog;
  readonly #changes: Changes;
  readonly #transactions: Transactions;
  readonly #reading: Reading;
  readonly #writing: Writing;
  readonly #leases: Leases;
  readonly #presence: Presence;
  readonly #compaction: Compaction;
  #sweeping = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor({ db, torn }: LogFile, options: EmbeddedLogOptions, patience: number) {
    this.#db = db;
    this.#catalog = new Catalog(db);
    this.#changes = new Changes(db);
    this.#transactions = new Transactions(db, options.path, patience, torn);
    this.#reading = new Reading(db, this.#changes, patience);
    this.#writing = new Writing(db, this.#catalog);
    this.#leases = new Leases(db);
    this.#presence = new Presence(this.#leases, this.#transactions, options.sessionTimeout ?? 10_000);
    this.#compaction = new Compaction(db, this.#transactions, options.tombstoneRetention ?? 24 * 3_600_000);
  }

  create(topics: readonly TopicSpec[]): Promise<void> {
    return this.#transactions.submit(() => this.#catalog.create(topics));
  }

  async delete(topics: readonly string[]): Promise<void> {
    await this.#transactions.submit(() => this.#catalog.remove(topics));
    await this.#sweeping;
    await this.#sweep();
  }

  topics(): Promise<readonly TopicInfo[]> {
    return this.#query(() => this.#catalog.list());
  }

  async *join({ group, topics, signal }: JoinOptions): AsyncGenerator<Owned, void, undefined> {
    const joined = await this.#query(() => topics.map((name) => this.#catalog.get(name)));
    const [first, ...others] = joined;
    if (first === undefined) throw new LogError('UNKNOWN_TOPIC', `Group ${group} must join at least one topic.`);
    const odd = others.find((other) => other.partitions !== first.partitions);
    if (odd !== undefined) {
      const counts = `${first.name} has ${first.partitions} partitions, ${odd.name} has ${odd.partitions}`;
      throw new LogError('TOPIC_DIFFERS', `Group ${group} cannot join its topics: ${counts}. They must have the same.`);
    }
    const coordination = {
      leases: this.#leases,
      transactions: this.#transactions,
      changes: this.#changes,
      presence: this.#presence,
    };
    const membership = new Membership(coordination, group, first.partitions);
    for await (const held of membership.held(signal)) yield this.#own(held, joined, membership);
  }

  read(options: ReadOptions): AsyncIterable<Batch> {
    // Begun now and not with the first batch: `end` means now.
    const places = this.#query(() => this.#places(options));
    // Thrown where it is read; until then it must not count as unhandled.
    places.catch(() => undefined);
    return this.#follow(places, options.signal);
  }

  async append(appends: Appends): Promise<void> {
    const encoded = encode(appends);
    this.#announce(await this.#transactions.submit(() => this.#writing.append(encoded)));
  }

  positions(
    groups?: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, readonly (number | undefined)[]>>> {
    return this.#query(() => this.#writing.positions(groups));
  }

  waitsFor(): undefined {
    return undefined;
  }

  members(): Promise<ReadonlyMap<string, readonly Member[]>> {
    return this.#query(() => this.#leases.living());
  }

  forget(groups: readonly string[]): Promise<void> {
    return this.#transactions.submit(() => {
      for (const group of groups) {
        if (this.#leases.isLive(group)) {
          const why = `Group ${group} has members that are running. Its positions were kept: stop them first.`;
          throw new LogError('UNAVAILABLE', why);
        }
        this.#leases.forget(group);
      }
    });
  }

  async compact(topics?: readonly string[]): Promise<void> {
    const all = await this.topics();
    const names = topics ?? all.filter(({ cleanup }) => cleanup === 'compact').map(({ name }) => name);
    for (const name of names) {
      const topic = this.#catalog.get(name);
      for (let partition = 0; partition < topic.partitions; partition++) {
        await this.#compaction.run({ topic, partition });
      }
    }
  }

  /** Frees the room of topics whose deletion was cut short, in the background. */
  sweepSoon(): void {
    this.#sweeping = this.#sweep().catch((error: unknown) => {
      // Room that cannot be freed now is freed after the next opening or deletion.
      if (!(error instanceof LogError)) throw error;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#presence.close();
    await this.#compaction.close();
    await this.#sweeping;
    await this.#transactions.close();
    this.#changes.close();
    this.#db.close();
  }

  async #sweep(): Promise<void> {
    while (this.#closing === undefined && (await this.#query(() => this.#catalog.hasRemoved()))) {
      await this.#transactions.submit(() => this.#catalog.sweep());
    }
  }

  #query<T>(query: () => T): Promise<T> {
    return this.#reading.patiently(query, 'Reading the log');
  }

  #places({ topic: name, partition: only, from, to }: ReadOptions): Place[] {
    const topic = only === undefined ? this.#catalog.get(name) : this.#catalog.partition(name, only);
    if (typeof from === 'object' && only === undefined) throw new TypeError('reading from an offset needs a partition');
    const partitions = only === undefined ? Array.from({ length: topic.partitions }, (_, number) => number) : [only];
    return partitions.map((partition) => {
      const end = this.#reading.end(topic, partition);
      const position = typeof from === 'object' ? from.offset : from === 'end' ? end : 0;
      return { topic, partition, position, end: to === 'end' ? end : Number.POSITIVE_INFINITY };
    });
  }

  async *#follow(places: Promise<Place[]>, signal: AbortSignal | undefined): AsyncGenerator<Batch, void, undefined> {
    yield* this.#reading.follow(await places, signal);
  }

  #own({ lease, signal }: Held, joined: readonly StoredTopic[], membership: Membership): Owned {
    const { group, partition } = lease;
    return {
      partition,
      signal,
      positions: () => this.#query(() => this.#writing.committed(group, partition)),
      batches: (from) => {
        const places = this.#query(() => this.#placesFrom(from, joined, partition));
        // Thrown where it is read; until then it must not count as unhandled.
        places.catch(() => undefined);
        return this.#follow(places, signal);
      },
      commit: async ({ appends, positions }) => {
        if (signal.aborted) throw lost('REBALANCED', lease);
        const encoded = encode(appends);
        const written = await this.#transactions.submit(() => {
          if (!this.#leases.holds(lease)) {
            membership.nudge();
            throw lost(signal.aborted ? 'REBALANCED' : 'FENCED', lease);
          }
          this.#writing.move(group, partition, positions);
          return this.#writing.append(encoded);
        });
        this.#announce(written);
      },
    };
  }

  #placesFrom(from: Positions, joined: readonly StoredTopic[], partition: number): Place[] {
    const names = Object.keys(from);
    const topics = names.length === 0 ? joined : names.map((name) => this.#catalog.partition(name, partition));
    const end = Number.POSITIVE_INFINITY;
    return topics.map((topic) => ({ topic, partition, position: from[topic.name] ?? 0, end }));
  }

  #announce(written: readonly Written[]): void {
    this.#changes.announce(written.map(({ key }) => key));
    for (const { dirty } of written) if (dirty !== undefined) this.#compaction.start(dirty);
  }
}

function lost(code: 'FENCED' | 'REBALANCED', { group, partition }: Lease): LogError {
  const how = code === 'FENCED' ? 'was taken over by another member' : 'is no longer held by this member';
  const next = 'Nothing was committed; its owner goes on from the last commit.';
  return new LogError(code, `Partition ${partition} of group ${group} ${how}. ${next}`);
}
