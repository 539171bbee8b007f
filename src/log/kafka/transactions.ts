import protocolErrors from 'kafkajs/src/protocol/error.js';
import { type Appends, LogError, maxRecordBytes, type NewRecord, type Positions } from '../log.ts';
import type { Compression } from './compression.ts';
import type { Connection } from './connection.ts';
import { asLogError, isFenced } from './failure.ts';
import { backoff, patiently } from './patience.ts';
import { initProducer, type ProduceOf, produceTo } from './produce.ts';
import { encodeBatch, type Producer, sizeOf } from './record-batch.ts';

export interface TransactionOptions {
  readonly connection: Connection;
  readonly transactionalId: string;
  readonly compression: Compression;
  /** ms after which the broker aborts a transaction that nobody ends. Until then readers do not get past it. */
  readonly timeout: number;
  /** Aborts when the log is closed for good: nobody waits for a broker any more. */
  readonly closing: AbortSignal;
}

/** Everything that becomes visible together, or not at all. */
export interface Work {
  readonly appends: Appends;
  /** Read positions of a group for one partition number. */
  readonly offsets?: { readonly group: string; readonly partition: number; readonly positions: Positions };
}

/** Uncompressed, of one batch; a larger record is a batch of its own, up to what the topic takes. */
const batchBytes = 1 << 20;
/** ms that a commit waits for brokers before it gives up this attempt. */
const patience = 8_000;
/** ms that leaders are looked for: longer than it takes to find that one of the brokers does not answer. */
const lookup = 20_000;
/** The broker has the batch already: an answer was lost. */
const DUPLICATE_SEQUENCE = 46;

/**
 * A transactional producer: whoever fences a transactional id last is the only one that can commit under it. A commit that
 * fails before it was decided is aborted by raising our own epoch, which a successor's fencing forbids; one whose answer is
 * lost is asked about until the coordinator says what became of it.
 */
export class TransactionalProducer {
  readonly #options: TransactionOptions;
  #producer: Producer | undefined;
  /** By topic and partition: the sequence number of the next record. */
  readonly #sequences = new Map<string, number>();
  /** The last transaction was neither committed nor aborted. */
  #undecided = false;

  constructor(options: TransactionOptions) {
    this.#options = options;
  }

  /** Fences every earlier owner of the transactional id and ends its open transaction. */
  async fence(signal: AbortSignal): Promise<void> {
    this.#producer = await this.#init(undefined, { patience: Number.POSITIVE_INFINITY, signal });
    this.#undecided = false;
    this.#sequences.clear();
  }

  /**
   * Commits the work as one transaction. One at a time.
   * @throws LogError FENCED, TOO_LARGE, UNKNOWN_TOPIC, UNAVAILABLE: nothing was committed, the same may be tried again
   */
  async commit(work: Work): Promise<void> {
    refuseTooLarge(work.appends);
    if (this.#undecided) await this.#abort();
    this.#undecided = true;
    try {
      await this.#write(work);
    } catch (error) {
      const failure = asLogError(error, `Committing as ${this.#options.transactionalId}`);
      // Now rather than with the next commit, as readers wait for it.
      if (!isFenced(error)) await this.#abort().catch((worse: unknown) => throwFenced(worse));
      throw failure;
    }
    await this.#end();
    this.#undecided = false;
  }

  async #write({ appends, offsets }: Work): Promise<void> {
    const written = appends.filter(({ records }) => records.length > 0);
    for (const { topic, partition } of written) await this.#leaderOf(topic, partition);
    if (written.length > 0) await this.#addPartitions(written);
    const moved = offsets !== undefined && Object.keys(offsets.positions).length > 0;
    await allDone([this.#produce(written), ...(moved ? [this.#move(offsets)] : [])]);
  }

  /** Before the transaction is begun, whose time runs. */
  #leaderOf(topic: string, partition: number): Promise<number> {
    const { connection, closing } = this.#options;
    const before = (error: unknown) => connection.heal(error);
    const options = { patience: lookup, signal: closing, before };
    return patiently('Looking for leaders', () => connection.leader(topic, partition), options);
  }

  async #addPartitions(appends: Appends): Promise<void> {
    const topics = [...Map.groupBy(appends, ({ topic }) => topic)].map(([topic, parts]) => ({
      topic,
      partitions: [...new Set(parts.map(({ partition }) => partition))],
    }));
    await this.#asCoordinator('Beginning a transaction', async (broker) => {
      await broker.addPartitionsToTxn({ ...this.#identity(), topics });
    });
  }

  async #move({ group, partition, positions }: NonNullable<Work['offsets']>): Promise<void> {
    await this.#asCoordinator('Beginning a transaction', async (broker) => {
      await broker.addOffsetsToTxn({ ...this.#identity(), groupId: group });
    });
    const topics = Object.entries(positions).map(([topic, offset]) => ({
      topic,
      partitions: [{ partition, offset: `${offset}` }],
    }));
    const { connection, closing } = this.#options;
    const commit = async () => {
      const broker = await connection.coordinator(0, group);
      await broker.txnOffsetCommit({ ...this.#identity(), groupId: group, topics });
    };
    const before = (error: unknown) => connection.heal(error);
    await patiently(`Moving the positions of group ${group}`, commit, { patience, signal: closing, before });
  }

  /** One batch per partition at a time, so that sequence numbers cannot get out of order. */
  async #produce(appends: Appends): Promise<void> {
    const byPartition = Map.groupBy(appends, ({ topic, partition }) => `${topic}/${partition}`);
    const queues = [...byPartition].flatMap(([key, parts]) => {
      const [first] = parts;
      if (first === undefined) return [];
      const records = parts.length === 1 ? first.records : parts.flatMap((part) => part.records);
      return [{ key, topic: first.topic, partition: first.partition, batches: cut(records) }];
    });
    for (let round = 0; ; round++) {
      const sent = queues.flatMap(({ key, topic, partition, batches }) => {
        const records = batches[round];
        return records === undefined ? [] : [{ topic, partition, batch: this.#encode(key, records) }];
      });
      if (sent.length === 0) return;
      await this.#send(sent);
    }
  }

  #encode(key: string, records: readonly NewRecord[]): Buffer {
    const sequence = this.#sequences.get(key) ?? 0;
    this.#sequences.set(key, (sequence + records.length) & 0x7fffffff);
    return encodeBatch(records, this.#current(), sequence, this.#options.compression, Date.now());
  }

  /** Sends batches to their leaders until all are acknowledged; the broker notices those that it has already. */
  async #send(batches: readonly ProduceOf[]): Promise<void> {
    const { connection, transactionalId, closing } = this.#options;
    const until = performance.now() + patience;
    const wait = backoff();
    for (let left = batches; left.length > 0; ) {
      const tried = await Promise.all(left.map(async (one) => ({ one, node: await this.#leader(one) })));
      const answers = await Promise.allSettled(
        [...Map.groupBy(tried, ({ node }) => node)].map(async ([node, ours]) =>
          node === undefined
            ? []
            : produceTo(
                await connection.broker(node),
                transactionalId,
                ours.map(({ one }) => one),
              ),
        ),
      );
      const done = new Set<string>();
      let failure: unknown = new LogError(
        'UNAVAILABLE',
        `Partition ${left[0]?.partition} of ${left[0]?.topic} has no leader.`,
      );
      for (const answer of answers) {
        if (answer.status === 'rejected') failure = answer.reason;
        else
          for (const { topic, partition, error } of answer.value) {
            if (error === 0 || error === DUPLICATE_SEQUENCE) done.add(`${topic}/${partition}`);
            else failure = protocolErrors.createErrorFromCode(error);
          }
      }
      left = left.filter(({ topic, partition }) => !done.has(`${topic}/${partition}`));
      if (left.length === 0) return;
      if (!canHeal(failure) || closing.aborted || performance.now() >= until) throw failure;
      await wait(closing);
      await connection.heal(failure).catch(() => {});
    }
  }

  async #leader({ topic, partition }: ProduceOf): Promise<number | undefined> {
    try {
      return await this.#options.connection.leader(topic, partition);
    } catch (error) {
      if (error instanceof LogError && error.code === 'UNAVAILABLE') return undefined;
      throw error;
    }
  }

  /** Ends the transaction for good: whatever happens to the answer, it is asked for until the outcome is known. */
  async #end(): Promise<void> {
    const identity = this.#identity();
    await this.#asCoordinator(
      'Committing',
      async (broker) => {
        await broker.endTxn({ ...identity, transactionResult: true });
      },
      Number.POSITIVE_INFINITY,
    );
  }

  /** Aborts what is open by raising our own epoch. @throws LogError FENCED when a successor has raised it already */
  async #abort(): Promise<void> {
    this.#producer = await this.#init(this.#current(), { patience, signal: this.#options.closing });
    this.#undecided = false;
    this.#sequences.clear();
  }

  #init(current: Producer | undefined, options: { patience: number; signal: AbortSignal }): Promise<Producer> {
    const { connection, transactionalId, timeout } = this.#options;
    const init = async () =>
      initProducer(await connection.coordinator(1, transactionalId), transactionalId, timeout, current);
    const before = (error: unknown) => connection.heal(error);
    return patiently(`Taking over as ${transactionalId}`, init, { ...options, before });
  }

  async #asCoordinator(
    doing: string,
    work: (broker: Awaited<ReturnType<Connection['coordinator']>>) => Promise<void>,
    enough = patience,
  ): Promise<void> {
    const { connection, transactionalId, closing } = this.#options;
    const ask = async () => work(await connection.coordinator(1, transactionalId));
    const before = (error: unknown) => connection.heal(error);
    await patiently(`${doing} as ${transactionalId}`, ask, { patience: enough, signal: closing, before });
  }

  #current(): Producer {
    if (this.#producer === undefined)
      throw new Error(`${this.#options.transactionalId} was not fenced before it wrote`);
    return this.#producer;
  }

  #identity() {
    const { id, epoch } = this.#current();
    return { transactionalId: this.#options.transactionalId, producerId: `${id}`, producerEpoch: epoch };
  }
}

/** Errors of a partition after which the same batch may be sent again. */
function canHeal(error: unknown): boolean {
  const failure = asLogError(error, 'Writing');
  if (!(failure instanceof LogError)) return false;
  // A leader that has only just become one may not know its partition yet.
  return failure.code === 'UNKNOWN_TOPIC' || (failure.code === 'UNAVAILABLE' && !outOfOrder(error));
}

/** The broker has forgotten our sequence: only a new epoch helps. */
function outOfOrder(error: unknown): boolean {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  return type === 'OUT_OF_ORDER_SEQUENCE_NUMBER' || type === 'UNKNOWN_PRODUCER_ID';
}

function throwFenced(error: unknown): void {
  if (error instanceof LogError && error.code === 'FENCED') throw error;
}

/** Waits for all, then throws the first error: an attempt must be over before the next begins. */
async function allDone(parts: readonly Promise<void>[]): Promise<void> {
  for (const part of await Promise.allSettled(parts)) if (part.status === 'rejected') throw part.reason;
}

function refuseTooLarge(appends: Appends): void {
  for (const { topic, records } of appends) {
    const large = records.find((record) => sizeOf(record) > maxRecordBytes);
    if (large === undefined) continue;
    const what = `A record of ${sizeOf(large)} bytes for topic ${topic} is too large`;
    throw new LogError('TOO_LARGE', `${what}; at most ${maxRecordBytes} fit. Nothing was appended.`);
  }
}

function cut(records: readonly NewRecord[]): readonly (readonly NewRecord[])[] {
  const batches: NewRecord[][] = [];
  let batch: NewRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    if (batch.length > 0 && bytes + size > batchBytes) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
