import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { damageOf, decodeBatch } from './batch-codec.ts';
import { partitionKey, type StoredTopic, unknownTopic } from './catalog.ts';
import type { Changes } from './changes.ts';
import { type Batch, LogError } from './log.ts';
import { asLogError, patiently } from './sqlite-errors.ts';
import { bytes, integer } from './sqlite-file.ts';

/** A place in a partition. `position` moves with what is read; `end`: read no further. */
export interface Place {
  readonly topic: StoredTopic;
  readonly partition: number;
  position: number;
  readonly end: number;
}

/** Milliseconds after which readers that never have to wait let timers and signals have their turn. */
const turnAfter = 8;

/** Bytes of batches that are kept for the other readers of a topic in this process, who are rarely far apart. */
const sharedBytes = 3 << 20;

type Shared = Omit<Batch, 'end'> & { readonly bytes: number };

/** Reads batches, one stored batch at a time and none ahead. */
export class Reading {
  /** By topic, partition and offset: stored batches never change what they say, so that one decoding serves all readers. */
  readonly #shared = new Map<string, Shared>();
  #bytes = 0;
  readonly #changes: Changes;
  readonly #patience: number;
  #turned = performance.now();
  readonly #batch;
  readonly #bound;
  readonly #end;

  constructor(db: DatabaseSync, changes: Changes, patience: number) {
    this.#changes = changes;
    this.#patience = patience;
    const where = 'FROM batches WHERE topic = ? AND partition = ? AND next > ? ORDER BY next LIMIT 1';
    this.#batch = db.prepare(`SELECT base, next, data ${where}`);
    this.#bound = db.prepare(`SELECT next ${where}`);
    this.#end = db.prepare('SELECT end FROM partitions WHERE topic = ? AND partition = ?');
  }

  /** The offset that the partition's next record gets. @throws LogError UNKNOWN_TOPIC when the topic has been deleted */
  end(topic: StoredTopic, partition: number): number {
    const row = this.#end.get(topic.id, partition);
    if (row === undefined) throw unknownTopic(topic.name);
    return integer(row.end);
  }

  /** The next batch with a record at `place`, which moves behind it; `undefined` when there is none yet. @throws LogError CORRUPT */
  next(place: Place): Batch | undefined {
    const { topic, partition } = place;
    while (place.position < place.end) {
      const key = `${topic.id}/${partition}/${place.position}`;
      const shared = place.end === Number.POSITIVE_INFINITY ? this.#shared.get(key) : undefined;
      if (shared !== undefined) {
        place.position = shared.next;
        const { records, next } = shared;
        return { topic: topic.name, partition, records, next, end: this.end(topic, partition) };
      }
      const row = this.#row(place);
      if (row === undefined) {
        // Also says so when the topic is gone.
        this.end(topic, partition);
        break;
      }
      const base = integer(row.base);
      const next = Math.min(integer(row.next), place.end);
      if (base >= place.end) break;
      const blob = bytes(row.data);
      const damage = damageOf(blob);
      if (damage !== undefined) throw corrupt(place, base, integer(row.next), damage);
      const records = decodeBatch(blob, base, place.position, place.end);
      place.position = next;
      // Compaction leaves gaps; what is left of such a batch may lie before the place.
      if (records.length === 0) continue;
      const batch = { topic: topic.name, partition, records, next };
      if (place.end === Number.POSITIVE_INFINITY) this.#share(key, { ...batch, bytes: blob.length });
      return { ...batch, end: this.end(topic, partition) };
    }
    if (place.end !== Number.POSITIVE_INFINITY) place.position = place.end;
    return undefined;
  }

  #share(key: string, batch: Shared): void {
    this.#shared.set(key, batch);
    this.#bytes += batch.bytes;
    for (const [oldest, { bytes: freed }] of this.#shared) {
      if (this.#bytes <= sharedBytes) return;
      this.#shared.delete(oldest);
      this.#bytes -= freed;
    }
  }

  #row(place: Place) {
    const { topic, partition, position } = place;
    try {
      return this.#batch.get(topic.id, partition, position);
    } catch (error) {
      const failure = asLogError(
        error,
        `reading topic ${topic.name}, partition ${partition}, from offset ${position} on`,
      );
      if (!(failure instanceof LogError) || failure.code !== 'CORRUPT') throw error;
      const next = this.#nextOf(place);
      throw next === undefined ? failure : corrupt(place, position, next, 'SQLite cannot read it', error);
    }
  }

  /** Where the batch ends that cannot be read: the index knows, and lies elsewhere in the file. */
  #nextOf({ topic, partition, position }: Place): number | undefined {
    try {
      return integer(this.#bound.get(topic.id, partition, position)?.next);
    } catch {
      // The damage reaches further: then the first report has to do.
      return undefined;
    }
  }

  /** Batches of all places in turn, waiting for more at the end, until `signal` aborts or every place has reached its `end`. */
  async *follow(places: readonly Place[], signal: AbortSignal | undefined): AsyncGenerator<Batch, void, undefined> {
    const keys = places.map((place) => partitionKey(place.topic.id, place.partition));
    for (;;) {
      const mark = this.#changes.mark();
      let found = false;
      for (const place of places) {
        if (signal?.aborted) return;
        const batch = await this.patiently(() => this.next(place), `reading topic ${place.topic.name}`);
        if (batch === undefined) continue;
        found = true;
        yield batch;
      }
      if (places.every((place) => place.position >= place.end)) return;
      if (found) continue;
      await this.#changes.wait(keys, mark, signal);
    }
  }

  /** Runs a query, at once and again and again while the file is locked. @throws LogError */
  async patiently<T>(query: () => T, doing: string): Promise<T> {
    try {
      const result = await patiently(() => {
        this.#changes.check();
        return query();
      }, this.#patience);
      if (performance.now() - this.#turned > turnAfter) {
        await nextTurn();
        this.#turned = performance.now();
      }
      return result;
    } catch (error) {
      throw asLogError(error, doing);
    }
  }
}

function corrupt(place: Place, base: number, next: number, what: string, cause?: unknown): LogError {
  const where = `topic ${place.topic.name}, partition ${place.partition}, offsets ${base} to ${next - 1}`;
  const readable = `The rest may be sound: this partition before offset ${base} and from ${next} on, and all others.`;
  return new LogError('CORRUPT', `The log is damaged at ${where}: ${what}. ${readable}`, { cause });
}
