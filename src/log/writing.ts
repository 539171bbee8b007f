import type { DatabaseSync } from 'node:sqlite';
import { type EncodedBatch, encodeBatches } from './batch-codec.ts';
import { type Catalog, partitionKey, type StoredTopic, unknownPartition } from './catalog.ts';
import { isDirty } from './compaction.ts';
import type { Appends, LogError, Positions } from './log.ts';
import { integer, text } from './sqlite-file.ts';

export interface EncodedAppend {
  readonly topic: string;
  readonly partition: number;
  readonly batches: readonly EncodedBatch[];
}

/** What an append did to a partition. */
export interface Written {
  readonly key: string;
  /** Compaction would pay. */
  readonly dirty: { readonly topic: StoredTopic; readonly partition: number } | undefined;
}

/** Done before the transaction, so that others do not wait for it. @throws LogError TOO_LARGE */
export function encode(appends: Appends): readonly EncodedAppend[] {
  const seconds = Math.floor(Date.now() / 1000);
  return appends
    .filter(({ records }) => records.length > 0)
    .map((append) => ({ topic: append.topic, partition: append.partition, batches: encodeBatches(append, seconds) }));
}

/** Records and positions, written in a transaction. */
export class Writing {
  readonly #catalog: Catalog;
  readonly #sql;

  constructor(db: DatabaseSync, catalog: Catalog) {
    this.#catalog = catalog;
    this.#sql = {
      extend: db.prepare(`
        UPDATE partitions SET end = end + ?, bytes = bytes + ?
        WHERE topic = (SELECT id FROM topics WHERE name = ?) AND partition = ?
        RETURNING topic, end, bytes, clean_bytes`),
      add: db.prepare('INSERT INTO batches (topic, partition, base, next, data) VALUES (?, ?, ?, ?, ?)'),
      move: db.prepare(`
        INSERT INTO positions (member_group, topic, partition, next)
        SELECT ?, p.topic, p.partition, ? FROM topics t JOIN partitions p ON p.topic = t.id
        WHERE t.name = ? AND p.partition = ?
        ON CONFLICT (member_group, topic, partition) DO UPDATE SET next = excluded.next`),
      committed: db.prepare(`
        SELECT t.name, p.next FROM positions p JOIN topics t ON t.id = p.topic
        WHERE p.member_group = ? AND p.partition = ?`),
      allCommitted: db.prepare(`
        SELECT p.member_group, t.name, t.partitions, p.partition, p.next FROM positions p JOIN topics t ON t.id = p.topic
        ORDER BY p.member_group, t.name`),
    };
  }

  /** @throws LogError UNKNOWN_TOPIC */
  append(appends: readonly EncodedAppend[]): readonly Written[] {
    return appends.map(({ topic: name, partition, batches }) => {
      let count = 0;
      let bytes = 0;
      for (const batch of batches) {
        count += batch.count;
        bytes += batch.blob.length;
      }
      const row = this.#sql.extend.get(count, bytes, name, partition);
      if (row === undefined) throw this.#missing(name, partition);
      const topic = integer(row.topic);
      let base = integer(row.end) - count;
      for (const batch of batches) {
        this.#sql.add.run(topic, partition, base, base + batch.count, batch.blob);
        base += batch.count;
      }
      const dirty = isDirty(integer(row.bytes), integer(row.clean_bytes))
        ? this.#compacted(name, partition)
        : undefined;
      return { key: partitionKey(topic, partition), dirty };
    });
  }

  /** @throws LogError UNKNOWN_TOPIC */
  move(group: string, partition: number, positions: Positions): void {
    for (const name in positions) {
      const { changes } = this.#sql.move.run(group, positions[name] ?? 0, name, partition);
      if (changes === 0) throw this.#missing(name, partition);
    }
  }

  committed(group: string, partition: number): Positions {
    const rows = this.#sql.committed.all(group, partition);
    return Object.fromEntries(rows.map((row) => [text(row.name), integer(row.next)]));
  }

  /** Group → topic → by partition. */
  positions(wanted?: readonly string[]): ReadonlyMap<string, ReadonlyMap<string, readonly (number | undefined)[]>> {
    const groups = new Map<string, Map<string, (number | undefined)[]>>();
    for (const row of this.#sql.allCommitted.all()) {
      const group = text(row.member_group);
      if (wanted?.includes(group) === false) continue;
      const topics = groups.get(group) ?? new Map<string, (number | undefined)[]>();
      groups.set(group, topics);
      const name = text(row.name);
      const partitions = topics.get(name) ?? new Array<number | undefined>(integer(row.partitions)).fill(undefined);
      topics.set(name, partitions);
      partitions[integer(row.partition)] = integer(row.next);
    }
    return groups;
  }

  #compacted(name: string, partition: number): Written['dirty'] {
    const topic = this.#catalog.get(name);
    return topic.cleanup === 'compact' ? { topic, partition } : undefined;
  }

  /** Says what is missing: the partition, or the whole topic. */
  #missing(name: string, partition: number): LogError {
    return unknownPartition(this.#catalog.get(name), partition);
  }
}
