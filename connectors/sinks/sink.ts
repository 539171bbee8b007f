/**
 * The sink port. A store can promise one of two things, and each gets exactly once in its own way:
 *
 * - **transactional** (SQLite, MariaDB): rows and position move in one transaction of the store. The store's position is
 *   the truth; the group's position on the log only shows the lag.
 * - **idempotent** (files, MinIO, HDFS): putting the same range of offsets twice leaves the same files. `runner.ts` decides
 *   the range and commits it to the log (`boundary.ts`) *before* it is put, fenced like any commit; after a crash the last
 *   range is put again. The group's position on the log is the truth.
 *
 * **Invariant:** a range is always whole. It holds every record of its offsets that the log has, or it is neither put nor
 * committed: a range cut short would be kept for ever, and what it lacks lost.
 *
 * A record that cannot be read is never lost and stops nothing: it becomes a dead letter. A transactional store keeps it with
 * its rows, and beside it what its tables do not take; an idempotent one leaves it to the runner, which commits it with the
 * range's boundary (`<shop>.<sink>.dead`).
 *
 * A sink never sees the log: the runner reads, decodes, cuts ranges, retries and commits.
 */
import type { Schema } from 'avsc';
import type { DeadLetter } from '../../schemas/generated.ts';

/** A topic's name within its shop (`events`, not `demo.events`), and a partition number of it. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** One record for a sink, decoded. `value` is `null` for a tombstone. */
export interface SinkRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: Readonly<Record<string, unknown>> | null;
}

/** The records of the offsets `first`..`next - 1` of a partition; offsets may gap, ticks are left out. */
export interface SinkBatch extends TopicPartition {
  readonly first: number;
  /** Offset of the first record after the batch. */
  readonly next: number;
  readonly records: readonly SinkRecord[];
  /** Those among its offsets that do not read as what the topic holds. */
  readonly refused: readonly DeadLetter[];
  /** Makes a dead letter of one of its records, which reads but which the store cannot hold. Absent: that is an error. */
  readonly letter?: (offset: number, code: string, reason: string) => DeadLetter;
  /** The Avro record schema that the values follow: the sink's own, or the newest among the records; `undefined` when none has a value. */
  readonly schema: Schema | undefined;
}

/** When the runner stops gathering and hands a batch over, whatever comes first, and so how much memory a sink takes. */
export interface BatchLimits {
  readonly records: number;
  /** Of keys and encoded values, which is how they wait: each partition holds that much. */
  readonly bytes: number;
  /** Longest wait at the end of the log with records in hand, in milliseconds. 0: hand over as soon as the end is reached. */
  readonly linger: number;
  /** Batches decoded and written at a time, over all partitions: decoded values take several times the room. */
  readonly atOnce: number;
}

/** A store that keeps its own position, so that rows and position cannot disagree. */
export interface TransactionalSink extends AsyncDisposable {
  readonly kind: 'transactional';
  readonly name: string;
  readonly limits: BatchLimits;
  /** The schema into which a topic's values are to be read, whatever version wrote them. @throws SinkError REFUSED for a topic that it has no place for */
  schemaOf(topic: string): Schema;
  /** Whether a tombstone of the topic deletes something. */
  deletes(topic: string): boolean;
  /**
   * Takes a partition over: fences whoever wrote it before, and says from where to go on.
   * @throws SinkError
   */
  take(partition: TopicPartition): Promise<TakenPartition>;
}

/** A partition of a transactional sink, until another takes it over. */
export interface TakenPartition {
  /** Offset to go on from; `undefined`: the start. */
  readonly position: number | undefined;
  /**
   * Writes the batch and its dead letters and moves the position, in one transaction. Records before the position are skipped, so a batch may
   * be delivered again, also after an error that left open whether it was written.
   * @throws SinkError FENCED when another took the partition over: nothing of the batch is written then
   */
  write(batch: SinkBatch): Promise<void>;
}

/** A store where putting a range again is harmless, because the range decides the names and the contents. */
export interface IdempotentSink extends AsyncDisposable {
  readonly kind: 'idempotent';
  readonly name: string;
  /** Format of its files and what a folder spans, such as `parquet/day`. A range put again in another layout would be there twice. */
  readonly layout: string;
  readonly limits: BatchLimits;
  /**
   * Puts a range and returns when it is durable. What is already there under the same name is the same and stays.
   * @param again the range may have been put before, wholly or in part: leftovers are swept
   * @throws SinkError
   */
  put(range: SinkBatch, again: boolean): Promise<void>;
  /**
   * Removes all that was put of a topic, or of every topic of the shop. Nothing may be put meanwhile; what was cut short is
   * done by removing again. @throws SinkError
   */
  remove(topic: string | undefined): Promise<void>;
}

export type Sink = TransactionalSink | IdempotentSink;

export type SinkErrorCode =
  /** Another owner took the partition over. */
  | 'FENCED'
  /** The store does not answer, or is busy. */
  | 'UNAVAILABLE'
  /** The store answers, and will not. */
  | 'REFUSED'
  /** A record that the store cannot hold, or that cannot be read. */
  | 'BAD_RECORD'
  /** No space left: it goes on by itself when there is room. */
  | 'FULL';

/** What the runner does about an error: the same again later, drop the partition until it is owned again, or stop. */
export type SinkRemedy = 'retry' | 'rejoin' | 'stop';

const remedies: Readonly<Record<SinkErrorCode, SinkRemedy>> = {
  FENCED: 'rejoin',
  UNAVAILABLE: 'retry',
  REFUSED: 'stop',
  BAD_RECORD: 'stop',
  FULL: 'retry',
};

/** An error of a sink: what happened, to what, and (as `remedy`) what happens next. Nothing is lost: the log still has it. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
  readonly code: SinkErrorCode;

  constructor(code: SinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get remedy(): SinkRemedy {
    return remedies[this.code];
  }
}
