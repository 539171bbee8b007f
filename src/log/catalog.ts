import type { DatabaseSync } from 'node:sqlite';
import { LogError, type TopicInfo, type TopicSpec } from './log.ts';
import { integer, text } from './sqlite-file.ts';

/** A topic as the file knows it. Ids are never used again. */
export interface StoredTopic extends TopicSpec {
  readonly id: number;
}

/** Under this key a change of the partition is announced. */
export function partitionKey(topic: number, partition: number): string {
  return `${topic}/${partition}`;
}

/** The topics of a log, looked up each time: another process may delete and create them. Methods that write must run in a transaction. */
export class Catalog {
  readonly #db: DatabaseSync;
  readonly #find;
  readonly #offsets;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#find = db.prepare('SELECT id, partitions, cleanup FROM topics WHERE name = ?');
    this.#offsets = db.prepare(`
      SELECT t.name, p.end,
        (SELECT base FROM batches b WHERE b.topic = p.topic AND b.partition = p.partition ORDER BY next LIMIT 1) AS start
      FROM topics t JOIN partitions p ON p.topic = t.id WHERE t.name IS NOT NULL ORDER BY t.name, p.partition`);
  }

  /** @throws LogError UNKNOWN_TOPIC */
  get(name: string): StoredTopic {
    const topic = this.#load(name);
    if (topic === undefined) throw unknownTopic(name);
    return topic;
  }

  /** As `get`; also checks that the topic has the partition. @throws LogError UNKNOWN_TOPIC */
  partition(name: string, partition: number): StoredTopic {
    const topic = this.get(name);
    if (Number.isInteger(partition) && partition >= 0 && partition < topic.partitions) return topic;
    throw unknownPartition(topic, partition);
  }

  create(topics: readonly TopicSpec[]): void {
    const insert = this.#db.prepare('INSERT INTO topics (name, partitions, cleanup) VALUES (?, ?, ?)');
    const insertPartition = this.#db.prepare('INSERT INTO partitions (topic, partition) VALUES (?, ?)');
    for (const { name, partitions, cleanup } of topics) {
      const found = this.#load(name);
      if (found === undefined) {
        const id = Number(insert.run(name, partitions, cleanup).lastInsertRowid);
        for (let partition = 0; partition < partitions; partition++) insertPartition.run(id, partition);
      } else if (found.partitions !== partitions || found.cleanup !== cleanup) {
        throw new LogError(
          'TOPIC_DIFFERS',
          `Topic ${name} exists with ${found.partitions} partitions and cleanup ${found.cleanup}, not ${partitions} and ${cleanup}. ` +
            'These are fixed for its life: reprocess into a new version, or delete it.',
        );
      }
    }
  }

  /** Makes the topics vanish. Their batches are swept later, bit by bit, with `sweep`. */
  remove(names: readonly string[]): void {
    for (const name of names) {
      const topic = this.#load(name);
      if (topic === undefined) continue;
      this.#db.prepare('UPDATE topics SET name = NULL WHERE id = ?').run(topic.id);
      this.#db.prepare('DELETE FROM partitions WHERE topic = ?').run(topic.id);
      this.#db.prepare('DELETE FROM positions WHERE topic = ?').run(topic.id);
    }
  }

  /** Whether topics were removed whose batches are still in the file. */
  hasRemoved(): boolean {
    return this.#db.prepare('SELECT 1 AS one FROM topics WHERE name IS NULL LIMIT 1').get() !== undefined;
  }

  /** Deletes some batches of removed topics: small enough not to hold others up. */
  sweep(): void {
    const removed = this.#db.prepare('SELECT id FROM topics WHERE name IS NULL ORDER BY id LIMIT 1').get();
    if (removed === undefined) return;
    const id = integer(removed.id);
    const some = 'SELECT id FROM batches WHERE topic = ? LIMIT 32';
    const { changes } = this.#db.prepare(`DELETE FROM batches WHERE id IN (${some})`).run(id);
    if (changes === 0) this.#db.prepare('DELETE FROM topics WHERE id = ?').run(id);
  }

  list(): TopicInfo[] {
    const offsets = Map.groupBy(this.#offsets.all(), (row) => text(row.name));
    return Array.from(offsets, ([name, rows]) => {
      const { partitions, cleanup } = this.get(name);
      return {
        name,
        partitions,
        cleanup,
        offsets: rows.map((row) => {
          const end = integer(row.end);
          return { start: row.start === null ? end : integer(row.start), end };
        }),
      };
    });
  }

  #load(name: string): StoredTopic | undefined {
    const row = this.#find.get(name);
    if (row === undefined) return undefined;
    const cleanup = row.cleanup === 'compact' ? 'compact' : 'delete';
    return { id: integer(row.id), name, partitions: integer(row.partitions), cleanup };
  }
}

export function unknownTopic(name: string): LogError {
  return new LogError('UNKNOWN_TOPIC', `There is no topic ${name} on the log. Create it first, or check its name.`);
}

export function unknownPartition({ name, partitions }: StoredTopic, partition: number): LogError {
  return new LogError('UNKNOWN_TOPIC', `Topic ${name} has ${partitions} partitions, and no partition ${partition}.`);
}
