import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { damageOf, type Located, scanBatch } from './batch-codec.ts';
import { partitionKey, type StoredTopic } from './catalog.ts';
import { LogError } from './log.ts';
import { type KeptBatch, type StoredBatch, sift } from './sift.ts';
import { asLogError } from './sqlite-errors.ts';
import { bytes, integer } from './sqlite-file.ts';
import type { Transactions } from './transactions.ts';

/** A partition is compacted when what came since the last time is as much as what was left then, and at least this. */
const leastDirtyBytes = 1_000_000;
/** Bounds the memory of a pass; what comes after as many keys is left to the next one. */
const mostKeys = 1_000_000;
/** Stored bytes that one transaction of a pass rewrites: more when writers are faster, never so much that they wait for long. */
const stepBytes = 1_000_000;
const mostStepBytes = 8_000_000;

export function isDirty(bytes: number, cleanBytes: number): boolean {
  return bytes - cleanBytes >= Math.max(cleanBytes, leastDirtyBytes);
}

interface Partition {
  readonly topic: StoredTopic;
  readonly partition: number;
}

/** What a pass knows. `latest`: for each key of the dirty part, the offset of its last record before `to`. */
interface Pass extends Partition {
  readonly cleanTo: number;
  readonly to: number;
  readonly latest: ReadonlyMap<string, number>;
}

interface Step {
  /** The pass has rewritten everything before this offset. */
  readonly at: number;
  /** Stored bytes that this step left. */
  readonly left: number;
  /** Of the whole partition, after this step. */
  readonly bytes: number;
}

/**
 * Compaction of keyed topics: keeps the last record of every key, records without a key, and tombstones as long as
 * somebody may still need them. A pass learns where each key of the dirty part was last written, then rewrites the
 * partition from its start in small transactions. Offsets stay; the last batch is left alone, so the end stays too.
 */
export class Compaction {
  readonly #transactions: Transactions;
  readonly #tombstoneRetention: number;
  readonly #running = new Map<string, Promise<void>>();
  readonly #damaged = new Set<string>();
  readonly #sql;
  #closed = false;

  /** `tombstoneRetention` in ms. */
  constructor(db: DatabaseSync, transactions: Transactions, tombstoneRetention: number) {
    this.#transactions = transactions;
    this.#tombstoneRetention = tombstoneRetention;
    this.#sql = {
      state: db.prepare('SELECT clean_to, clean_bytes, bytes FROM partitions WHERE topic = ? AND partition = ?'),
      last: db.prepare('SELECT max(next) AS next FROM batches WHERE topic = ? AND partition = ?'),
      batch: db.prepare(
        'SELECT id, base, next, data FROM batches WHERE topic = ? AND partition = ? AND next > ? ORDER BY next LIMIT 1',
      ),
      committed: db.prepare('SELECT min(next) AS next FROM positions WHERE topic = ? AND partition = ?'),
      remove: db.prepare('DELETE FROM batches WHERE id = ?'),
      add: db.prepare('INSERT INTO batches (topic, partition, base, next, data) VALUES (?, ?, ?, ?, ?)'),
      shrink: db.prepare('UPDATE partitions SET bytes = bytes - ? WHERE topic = ? AND partition = ? RETURNING bytes'),
      clean: db.prepare('UPDATE partitions SET clean_to = ?, clean_bytes = ? WHERE topic = ? AND partition = ?'),
    };
  }

  /** Starts a pass in the background, unless one is running. */
  start(target: Partition): void {
    const name = partitionKey(target.topic.id, target.partition);
    if (this.#closed || this.#running.has(name) || this.#damaged.has(name)) return;
    const failed = (error: unknown): void => {
      if (!(error instanceof LogError)) throw error;
      // The next append starts a pass again, unless that is of no use.
      if (error.code !== 'CORRUPT') return;
      this.#damaged.add(name);
      process.emitWarning(`Compaction leaves a partition alone. ${error.message}`);
    };
    const running = this.run(target)
      .catch(failed)
      .finally(() => this.#running.delete(name));
    this.#running.set(name, running);
  }

  /** Compacts a partition now. @throws LogError */
  async run(target: Partition): Promise<void> {
    const pass = await this.#learn(target).catch((error: unknown) => {
      throw asLogError(error, `compacting topic ${target.topic.name}, partition ${target.partition}`);
    });
    if (pass === undefined) return;
    let step: Step = { at: 0, left: 0, bytes: 0 };
    let left = 0;
    while (step.at < pass.to) {
      const before = step;
      const after = await this.#transactions.submit(() => (this.#closed ? undefined : this.#rewrite(pass, before)));
      if (after === undefined) return;
      step = after;
      left += after.left;
    }
    const { topic, partition, to } = pass;
    await this.#transactions.submit(() => this.#sql.clean.run(to, left, topic.id, partition));
  }

  /** Resolves when no pass is running. Unfinished ones stop: they start over another time. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#running.values());
  }

  async #learn(target: Partition): Promise<Pass | undefined> {
    const { topic, partition } = target;
    const state = this.#sql.state.get(topic.id, partition);
    const last = this.#sql.last.get(topic.id, partition)?.next;
    if (state === undefined || typeof last !== 'number') return undefined;
    const cleanTo = integer(state.clean_to);
    const latest = new Map<string, number>();
    let to = cleanTo;
    let turned = performance.now();
    while (latest.size < mostKeys) {
      const batch = this.#batchAfter(target, to);
      if (batch === undefined || batch.next >= last) break;
      scanBatch(batch.blob, batch.base, ({ key, offset }) => {
        if (key !== null) latest.set(key, offset);
      });
      to = batch.next;
      if (performance.now() - turned > 8) {
        await nextTurn();
        if (this.#closed) return undefined;
        turned = performance.now();
      }
    }
    return to === cleanTo ? undefined : { topic, partition, cleanTo, to, latest };
  }

  /** One transaction's worth: `undefined` when somebody else has compacted the partition meanwhile, or it is gone. */
  #rewrite(pass: Pass, before: Step): Step | undefined {
    const { topic, partition } = pass;
    const state = this.#sql.state.get(topic.id, partition);
    if (state === undefined || state.clean_to !== pass.cleanTo) return undefined;
    const appended = before.at === 0 ? 0 : integer(state.bytes) - before.bytes;
    const budget = Math.min(Math.max(stepBytes, 2 * appended), mostStepBytes);
    const batches: StoredBatch[] = [];
    let at = before.at;
    let size = 0;
    while (at < pass.to && size < budget) {
      const batch = this.#batchAfter(pass, at);
      if (batch === undefined || batch.next > pass.to) {
        at = pass.to;
        break;
      }
      batches.push(batch);
      size += batch.blob.length;
      at = batch.next;
    }
    const { kept, dropped } = sift(batches, this.#keeper(pass));
    const changed = dropped > 0 || kept.length < batches.length;
    const left = changed ? this.#replace(pass, batches, kept) : size;
    const bytes = integer(this.#sql.shrink.get(size - left, topic.id, partition)?.bytes);
    return { at, left, bytes };
  }

  #keeper({ topic, partition, latest }: Pass): (record: Located) => boolean {
    const committed = this.#sql.committed.get(topic.id, partition)?.next;
    const readByAll = typeof committed === 'number' ? committed : Number.POSITIVE_INFINITY;
    const forgettable = (Date.now() - this.#tombstoneRetention) / 1000;
    // What a tombstone deletes lies before it, so this pass or an earlier one has dropped that already.
    return ({ key, offset, tombstone }) =>
      key === null ||
      ((latest.get(key) ?? offset) <= offset &&
        (tombstone === undefined || tombstone > forgettable || offset >= readByAll));
  }

  #replace(pass: Pass, batches: readonly StoredBatch[], kept: readonly KeptBatch[]): number {
    let left = 0;
    for (const { id } of batches) this.#sql.remove.run(id);
    for (const { base, next, blob } of kept) {
      this.#sql.add.run(pass.topic.id, pass.partition, base, next, blob);
      left += blob.length;
    }
    return left;
  }

  #batchAfter({ topic, partition }: Partition, position: number): StoredBatch | undefined {
    const row = this.#sql.batch.get(topic.id, partition, position);
    if (row === undefined) return undefined;
    const batch = {
      id: integer(row.id),
      base: integer(row.base),
      next: integer(row.next),
      blob: bytes(row.data),
    };
    const damage = damageOf(batch.blob);
    if (damage === undefined) return batch;
    const where = `topic ${topic.name}, partition ${partition}, offsets ${batch.base} to ${batch.next - 1}`;
    throw new LogError('CORRUPT', `The log is damaged at ${where}: ${damage}.`);
  }
}
