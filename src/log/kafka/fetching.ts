import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import protocolErrors from 'kafkajs/src/protocol/error.js';
import { type Batch, LogError } from '../log.ts';
import type { Connection } from './connection.ts';
import { asLogError, closed, damaged, gone } from './failure.ts';
import { type Fetched, type FetchOf, fetchFrom } from './fetch.ts';
import { Kept, type Rest } from './kept.ts';
import { backoff } from './patience.ts';
import { BatchError, type Decoded, decodeBatches, type Encoded } from './record-batch.ts';
import { hold, keyOf, longTrouble, trouble, type Want } from './want.ts';

/** A piece of a partition from the offset that was asked for. Without records when only markers of transactions were there. */
export type Piece = Pick<Batch, 'records' | 'next' | 'end'>;

export interface Asked extends FetchOf {
  readonly fresh: boolean;
}

const limits = { partitionBytes: 1 << 20, bytes: 8 << 20 };
/**
 * A broker holds a request that long when nobody writes, ms. A want that comes meanwhile waits for it, so it is short while
 * there are readers with a backlog: those that have none would hold them up.
 */
const patience = { calm: 100, busy: 4 };
/**
 * Fetches for all readers of a log: one request at a time to each broker, with all that is wanted from it. Readers that
 * want the same offset get the same piece, also a while later, so that a topic which several topologies read comes once.
 */
export class Fetching {
  readonly #connection: Connection;
  readonly #wants = new Set<Want>();
  readonly #loops = new Map<number, Promise<void>>();
  readonly #kept = new Kept();
  readonly #closed = new AbortController();
  /** When a reader with a backlog was last seen. */
  #busy = Number.NEGATIVE_INFINITY;

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
    const key = keyOf({ topic, partition, offset });
    const shared = fresh ? undefined : this.#kept.piece(key);
    if (shared !== undefined) return shared;
    const rest = fresh ? undefined : this.#kept.takeRest(key);
    if (rest !== undefined) {
      this.#busy = performance.now();
      // At once, as readers in step ask for it at the same time: then it is there for all of them.
      const piece = this.#decode({ topic, partition, offset }, rest, rest.end, true);
      // Leaves other work its turn, as a fetch would.
      await nextTurn();
      if (piece !== undefined) return piece;
    }
    const { promise, resolve, reject } = Promise.withResolvers<Piece | undefined>();
    const want: Want = { topic, partition, offset, reader: { fresh, give: resolve, fail: reject } };
    const leave = () => resolve(undefined);
    signal.addEventListener('abort', leave, { once: true });
    this.#want(want);
    try {
      return await promise;
    } finally {
      this.#wants.delete(want);
      signal.removeEventListener('abort', leave);
    }
  }

  get waitsFor(): string | undefined {
    return longTrouble(this.#wants);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const { reader } of this.#wants) reader?.fail(closed());
    await Promise.all(this.#loops.values());
  }

  #want(want: Want): void {
    // Somebody wants it now: an answer that is on its way to the one fetched ahead is for both.
    for (const other of this.#wantsOf(want)) if (other.reader === undefined) this.#wants.delete(other);
    this.#wants.add(want);
    this.#start(want);
  }

  *#wantsOf({ topic, partition, offset }: FetchOf): Generator<Want, void, undefined> {
    for (const want of this.#wants) {
      if (want.offset === offset && want.partition === partition && want.topic === topic) yield want;
    }
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
      (error: unknown) => this.#fail(want, error),
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

  async #endure(error: unknown, want: Want, wait: ReturnType<typeof backoff>): Promise<void> {
    const failure = asLogError(error, `Reading partition ${want.partition} of topic ${want.topic}`);
    if (!(failure instanceof LogError) || failure.remedy !== 'retry') throw failure;
    trouble([want], failure);
    await wait(this.#closed.signal);
    await this.#connection.heal(error).catch(() => {});
  }

  /** Asks one broker again and again, while anything is wanted from it. */
  async #loop(node: number): Promise<void> {
    let wait: ReturnType<typeof backoff> | undefined;
    while (!this.#closed.signal.aborted) {
      const { wanted, until } = await this.#wantedFrom(node);
      if (wanted.length === 0 && until === undefined) return;
      if (wanted.length === 0) {
        await sleep(until ?? 0, undefined, { signal: this.#closed.signal }).catch(() => {});
        continue;
      }
      try {
        const broker = await this.#connection.broker(node);
        const busy = performance.now() - this.#busy < patience.calm;
        const results = await fetchFrom(broker, wanted, { ...limits, wait: busy ? patience.busy : patience.calm });
        wait = undefined;
        const refused = results.filter(({ error }) => error !== 0);
        for (const want of wanted) if (!refused.some((one) => isOf(want, one))) want.trouble = undefined;
        for (const result of results) await this.#take(result, wanted);
        for (const want of wanted) if (want.reader === undefined) this.#wants.delete(want);
      } catch (error) {
        const failure = asLogError(error, `Reading from broker ${node}`);
        if (!(failure instanceof LogError) || failure.remedy !== 'retry') {
          if (this.#closed.signal.aborted) return;
          for (const want of wanted) this.#fail(want, failure);
          return;
        }
        trouble(wanted, failure);
        wait ??= backoff();
        await wait(this.#closed.signal);
        await this.#connection.heal(error).catch(() => {});
      }
    }
  }

  /**
   * One want for each partition that the broker leads: those that are further back take turns with the others. `until`: ms
   * after which one that is held, of whatever broker, may be asked for again.
   */
  async #wantedFrom(node: number): Promise<{ readonly wanted: readonly Want[]; readonly until: number | undefined }> {
    const chosen = new Map<string, Want>();
    const now = performance.now();
    let until: number | undefined;
    for (const want of this.#wants) {
      const key = `${want.topic}/${want.partition}`;
      if (chosen.has(key)) continue;
      const held = (want.held?.until ?? now) - now;
      if (held > 0) {
        until = Math.min(until ?? held, held);
        continue;
      }
      const leader = await this.#connection.leader(want.topic, want.partition).catch((error: unknown) => {
        const failure = asLogError(error, `Reading topic ${want.topic}`);
        if (!(failure instanceof LogError)) throw failure;
        if (failure.remedy === 'retry') trouble([want], failure);
        else this.#fail(want, failure);
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
    return { wanted: [...chosen.values()], until };
  }

  async #take(result: Fetched, wanted: readonly Want[]): Promise<void> {
    const want = wanted.find((one) => isOf(one, result));
    if (want === undefined) return;
    if (result.error !== 0) return this.#refused(result, want);
    // What is left for later must not keep the whole answer in memory, which is many partitions'.
    const own = wanted.length === 1 ? result : { ...result, bytes: Buffer.from(result.bytes) };
    const readers = [...this.#wantsOf(want)].filter(({ reader }) => reader !== undefined);
    if (readers.length === 0 && own.bytes.length > 0) this.#leave(keyOf(want), own);
    if (readers.length === 0) return;
    try {
      const ahead = readers.some(({ reader }) => reader?.fresh === false);
      const piece = this.#decode(want, own, own.end, ahead);
      if (piece !== undefined) for (const { reader } of readers) reader?.give(piece);
    } catch (error) {
      for (const { reader } of readers) reader?.fail(error);
    }
  }

  #fail(want: Want, error: unknown): void {
    // Whoever reads that far is told.
    if (want.reader === undefined) this.#wants.delete(want);
    else want.reader.fail(error);
  }

  /** The next piece in what was fetched, which is kept for others; `undefined` when not even one batch is whole. @throws LogError CORRUPT */
  #decode({ topic, partition, offset }: FetchOf, encoded: Encoded, end: number, ahead: boolean): Piece | undefined {
    const { records, bytes, next, rest } = decoded(encoded, { topic, partition, offset });
    if (next === undefined || next <= offset) return undefined;
    const piece = { records, next, end: Math.max(end, next) };
    this.#kept.share(keyOf({ topic, partition, offset }), piece, bytes);
    const coming = { topic, partition, offset: next };
    if (rest !== undefined) this.#leave(keyOf(coming), { ...rest, end });
    else if (ahead && next < end) this.#ahead(coming);
    return piece;
  }

  /** Fetches what a reader will want next while it works on what it has: a broker's answer takes longer than reading it. */
  #ahead(coming: FetchOf): void {
    const key = keyOf(coming);
    if (this.#kept.has(key) || [...this.#wantsOf(coming)].length > 0) return;
    this.#want(coming);
  }

  #leave(key: string, rest: Rest): void {
    this.#busy = performance.now();
    this.#kept.leaveRest(key, rest);
  }

  /** Forgets what was fetched: topics may have been made anew. */
  forget(): void {
    this.#kept.clear();
  }

  /** What the partition's leader says of it, instead of records. */
  async #refused(result: Fetched, want: Want): Promise<void> {
    const error = protocolErrors.createErrorFromCode(result.error);
    if (error.type === 'OFFSET_OUT_OF_RANGE') return this.#outOfRange(want);
    const failure = asLogError(error, `Reading partition ${want.partition} of topic ${want.topic}`);
    if (!(failure instanceof LogError)) throw failure;
    const unknown = failure.code === 'UNKNOWN_TOPIC';
    if (!unknown && failure.remedy !== 'retry') return this.#fail(want, failure);
    hold(want, failure);
    if (unknown) this.forget();
    await this.#connection.heal(error).catch(() => {});
    if (!unknown) return;
    // A leader that has only just become one does not know its partition yet; metadata say whether there is one.
    await this.#connection.leader(want.topic, want.partition).catch((absent: unknown) => {
      const failed = asLogError(absent, `Reading topic ${want.topic}`);
      if (failed instanceof LogError && failed.remedy !== 'retry') this.#fail(want, failed);
    });
  }

  async #outOfRange(want: Want): Promise<void> {
    const { topic, partition, offset } = want;
    const [start, end] = await Promise.all([
      this.#connection.offsetOf(topic, partition, 'start'),
      this.#connection.offsetOf(topic, partition, 'end'),
    ]);
    // Asked for from its start, and retention or compaction has moved that.
    if (offset === 0) want.reader?.give({ records: [], next: start, end });
    else if (offset < start || offset > end) this.#fail(want, gone(want, start, end));
  }
}

function isOf(want: Want, { topic, partition }: Pick<Fetched, 'topic' | 'partition'>): boolean {
  return want.topic === topic && want.partition === partition;
}

function decoded(encoded: Encoded, { topic, partition, offset }: FetchOf): Decoded {
  try {
    return decodeBatches(encoded, offset);
  } catch (cause) {
    throw cause instanceof BatchError ? damaged({ topic, partition }, cause) : cause;
  }
}
