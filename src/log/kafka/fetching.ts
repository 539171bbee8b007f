import { setImmediate as nextTurn } from 'node:timers/promises';
import protocolErrors from 'kafkajs/src/protocol/error.js';
import { type Batch, LogError } from '../log.ts';
import type { Connection } from './connection.ts';
import { asLogError } from './failure.ts';
import { type Fetched, type FetchOf, fetchFrom } from './fetch.ts';
import { backoff } from './patience.ts';
import { BatchError, type Decoded, decodeBatches, type Encoded } from './record-batch.ts';

/** A piece of a partition from the offset that was asked for. Without records when only markers of transactions were there. */
export type Piece = Pick<Batch, 'records' | 'next' | 'end'>;

export interface Asked extends FetchOf {
  readonly fresh: boolean;
}

interface Want extends FetchOf {
  readonly give: (piece: Piece) => void;
  readonly fail: (error: unknown) => void;
}

/** A broker holds a request that long when nobody writes. A want that comes meanwhile waits for it. ms. */
const limits = { wait: 100, partitionBytes: 1 << 20, bytes: 8 << 20 };

/** Bytes of pieces that are kept for the other readers of a partition in this process, who are rarely far apart. */
const sharedBytes = 4 << 20;
/** Of at most a partition's fetch each. They are compressed, and only what is read on soon is worth them. */
const restsKept = 16;

/**
 * Fetches for all readers of a log: one request at a time to each broker, with all that is wanted from it. Readers that
 * want the same offset get the same piece, also a while later, so that a topic which several topologies read comes once.
 */
export class Fetching {
  readonly #connection: Connection;
  readonly #wants = new Set<Want>();
  readonly #loops = new Map<number, Promise<void>>();
  readonly #shared = new Map<string, { readonly piece: Piece; readonly bytes: number }>();
  /** What came with a piece and has not been asked for yet, by the offset after the piece. */
  readonly #rests = new Map<string, Encoded & { readonly end: number }>();
  readonly #closed = new AbortController();
  #bytes = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * The next piece of a partition, waiting for it at the end of the partition and while its broker is away.
   * `undefined` when `signal` aborts. `fresh`: not one that another reader got earlier, which may be of a topic that was
   * deleted since. @throws LogError UNKNOWN_TOPIC, CORRUPT, CLOSED
   */
  async next({ topic, partition, offset, fresh }: Asked, signal: AbortSignal): Promise<Piece | undefined> {
    if (signal.aborted) return undefined;
    if (this.#closed.signal.aborted) throw closed();
    const key = `${topic}/${partition}/${offset}`;
    const shared = fresh ? undefined : this.#shared.get(key);
    if (shared !== undefined) return shared.piece;
    const rest = fresh ? undefined : this.#rests.get(key);
    if (rest !== undefined) {
      this.#rests.delete(key);
      // Leaves other work its turn, as a fetch would.
      await nextTurn();
      const piece = this.#decode({ topic, partition, offset }, rest, rest.end);
      if (piece !== undefined) return piece;
    }
    const { promise, resolve, reject } = Promise.withResolvers<Piece | undefined>();
    const want: Want = { topic, partition, offset, give: resolve, fail: reject };
    const leave = () => resolve(undefined);
    signal.addEventListener('abort', leave, { once: true });
    this.#wants.add(want);
    this.#start(want);
    try {
      return await promise;
    } finally {
      this.#wants.delete(want);
      signal.removeEventListener('abort', leave);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const { fail } of this.#wants) fail(closed());
    await Promise.all(this.#loops.values());
  }

  /** Sees that somebody asks the partition's leader. */
  #start(want: Want): void {
    void this.#lead(want).then(
      (node) => {
        if (node === undefined || this.#loops.has(node) || this.#closed.signal.aborted) return;
        const loop = this.#loop(node).finally(() => {
          this.#loops.delete(node);
          // What came while the loop was ending.
          for (const left of this.#wants) this.#start(left);
        });
        this.#loops.set(node, loop);
      },
      (error: unknown) => want.fail(error),
    );
  }

  /** The leader of the want's partition, waiting until there is one. */
  async #lead(want: Want): Promise<number | undefined> {
    const wait = backoff();
    while (this.#wants.has(want) && !this.#closed.signal.aborted) {
      try {
        return await this.#connection.leader(want.topic, want.partition);
      } catch (error) {
        await this.#endure(error, want, wait);
      }
    }
    return undefined;
  }

  async #endure(
    error: unknown,
    { topic, partition }: Pick<Want, 'topic' | 'partition'>,
    wait: ReturnType<typeof backoff>,
  ) {
    const failure = asLogError(error, `Reading partition ${partition} of topic ${topic}`);
    if (!(failure instanceof LogError) || failure.remedy !== 'retry') throw failure;
    await wait(this.#closed.signal);
    await this.#connection.heal(error).catch(() => {});
  }

  /** Asks one broker again and again, while anything is wanted from it. */
  async #loop(node: number): Promise<void> {
    const wait = backoff();
    while (!this.#closed.signal.aborted) {
      const wanted = await this.#wantedFrom(node);
      if (wanted.length === 0) return;
      try {
        const broker = await this.#connection.broker(node);
        const results = await fetchFrom(broker, wanted, limits);
        for (const result of results) await this.#take(result, wanted);
      } catch (error) {
        const failure = asLogError(error, `Reading from broker ${node}`);
        if (!(failure instanceof LogError) || failure.remedy !== 'retry') {
          if (this.#closed.signal.aborted) return;
          for (const { fail } of wanted) fail(failure);
          return;
        }
        await wait(this.#closed.signal);
        await this.#connection.heal(error).catch(() => {});
      }
    }
  }

  /** One want for each partition that the broker leads: those that are further back take turns with the others. */
  async #wantedFrom(node: number): Promise<readonly Want[]> {
    const chosen = new Map<string, Want>();
    for (const want of this.#wants) {
      const key = `${want.topic}/${want.partition}`;
      if (chosen.has(key)) continue;
      const leader = await this.#connection.leader(want.topic, want.partition).catch((error: unknown) => {
        const failure = asLogError(error, `Reading topic ${want.topic}`);
        if (failure instanceof LogError && failure.remedy !== 'retry') want.fail(failure);
        return undefined;
      });
      if (leader === node) chosen.set(key, want);
      // The partition has moved to a broker that nobody asks yet.
      else if (leader !== undefined && !this.#loops.has(leader)) this.#start(want);
    }
    for (const want of chosen.values()) {
      // To the back of the queue.
      if (this.#wants.delete(want)) this.#wants.add(want);
    }
    return [...chosen.values()];
  }

  async #take(result: Fetched, wanted: readonly Want[]): Promise<void> {
    const want = wanted.find(({ topic, partition }) => topic === result.topic && partition === result.partition);
    if (want === undefined) return;
    if (result.error !== 0) return this.#refused(result, want);
    try {
      const piece = this.#decode(want, result, result.end);
      if (piece !== undefined) this.#give(want, piece);
    } catch (error) {
      want.fail(error);
    }
  }

  /** The next piece in what was fetched, which is kept for others; `undefined` when not even one batch is whole. @throws LogError CORRUPT */
  #decode({ topic, partition, offset }: FetchOf, encoded: Encoded, end: number): Piece | undefined {
    const { records, next, rest } = decoded(encoded, { topic, partition, offset });
    if (next === undefined || next <= offset) return undefined;
    const piece = { records, next, end: Math.max(end, next) };
    this.#share(`${topic}/${partition}/${offset}`, piece, encoded.bytes.length - (rest?.bytes.length ?? 0));
    if (rest !== undefined) this.#leave(`${topic}/${partition}/${next}`, { ...rest, end });
    return piece;
  }

  #give({ topic, partition, offset, give }: Want, piece: Piece): void {
    give(piece);
    for (const other of this.#wants) {
      if (other.offset === offset && other.partition === partition && other.topic === topic) other.give(piece);
    }
  }

  #leave(key: string, rest: Encoded & { readonly end: number }): void {
    this.#rests.set(key, rest);
    for (const oldest of this.#rests.keys()) {
      if (this.#rests.size <= restsKept) return;
      this.#rests.delete(oldest);
    }
  }

  #share(key: string, piece: Piece, bytes: number): void {
    this.#shared.set(key, { piece, bytes });
    this.#bytes += bytes;
    for (const [oldest, kept] of this.#shared) {
      if (this.#bytes <= sharedBytes) return;
      this.#shared.delete(oldest);
      this.#bytes -= kept.bytes;
    }
  }

  /** Forgets what was fetched: topics may have been made anew. */
  forget(): void {
    this.#shared.clear();
    this.#rests.clear();
    this.#bytes = 0;
  }

  /** What the partition's leader says of it, instead of records. */
  async #refused(result: Fetched, want: Want): Promise<void> {
    const error = protocolErrors.createErrorFromCode(result.error);
    if (error.type === 'OFFSET_OUT_OF_RANGE') return this.#outOfRange(want);
    const unknown = error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
    if (unknown) this.forget();
    await this.#connection.heal(error).catch(() => {});
    if (!unknown) return;
    // A leader that has only just become one does not know its partition yet; metadata say whether there is one.
    await this.#connection.leader(want.topic, want.partition).catch((absent: unknown) => {
      const failure = asLogError(absent, `Reading topic ${want.topic}`);
      if (failure instanceof LogError && failure.remedy !== 'retry') want.fail(failure);
    });
  }

  async #outOfRange(want: Want): Promise<void> {
    const { topic, partition, offset } = want;
    const [start, end] = await Promise.all([
      this.#connection.offsetOf(topic, partition, 'start'),
      this.#connection.offsetOf(topic, partition, 'end'),
    ]);
    // Asked for from its start, and retention or compaction has moved that.
    if (offset === 0) want.give({ records: [], next: start, end });
    else if (offset < start || offset > end) want.fail(gone(want, start, end));
  }
}

function decoded(encoded: Encoded, { topic, partition, offset }: FetchOf): Decoded {
  try {
    return decodeBatches(encoded, offset);
  } catch (cause) {
    if (!(cause instanceof BatchError)) throw cause;
    const where = `topic ${topic}, partition ${partition}, ${cause.message}`;
    throw new LogError('CORRUPT', `The log is damaged at ${where}. Other partitions can be read.`, { cause });
  }
}

function gone({ topic, partition, offset }: Want, start: number, end: number): LogError {
  const what =
    offset < start
      ? `offsets ${offset} to ${start - 1} were deleted by retention before they were read`
      : `offset ${offset} is behind the end, ${end}: the topic was made anew, or lost records`;
  return new LogError(
    'CORRUPT',
    `Partition ${partition} of topic ${topic}: ${what}. \`ebb reset\` computes anew from what is there.`,
  );
}

function closed(): LogError {
  return new LogError('CLOSED', 'The log has been closed.');
}
