/**
 * The log port: partitioned topics, groups that own partitions, and commits that are all or nothing.
 * Adapters: `embedded.ts` (one SQLite file), `kafka.ts` (a cluster). `contract.ts` is the suite that every adapter passes.
 */

/** A partition number across co-partitioned topics: topic → offset of the next record to read. A topic without an entry is read from its start. */
export type Positions = Readonly<Record<string, number>>;

export type Headers = Readonly<Record<string, Buffer>>;

/** A record that is to be appended. */
export interface NewRecord {
  readonly key: Buffer | null;
  /** `null` is a tombstone: on a compacted topic it deletes the key. */
  readonly value: Buffer | null;
  readonly headers?: Headers | undefined;
}

/** A record as it stands on the log. */
export interface LogRecord extends NewRecord {
  /** Position in its partition. Offsets rise but may gap (compaction, control records). A safe integer. */
  readonly offset: number;
  /** Key and value where they lie, for whoever decodes a great many: making a view of each costs more than that. */
  readonly packed?: Packed | undefined;
}

/** A record within bytes that it shares with others. A start of -1: it has none. */
export interface Packed {
  readonly bytes: Buffer;
  readonly keyAt: number;
  readonly keyEnd: number;
  readonly valueAt: number;
  readonly valueEnd: number;
}

/** Of a record's key, value and headers together: what every adapter takes. */
export const maxRecordBytes = 16 << 20;

/** Records of one partition, in offset order, all of them committed. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  /** None where all that comes until `next` is no record. */
  readonly records: readonly LogRecord[];
  /** The offset to read from after this batch. */
  readonly next: number;
  /** End of the partition when this batch was read: `end - next` is the lag. */
  readonly end: number;
}

/** Records for one partition of a topic. */
export interface Append {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly NewRecord[];
}
/** What is appended at once: all of it or nothing. */
export type Appends = readonly Append[];

/** A topic that is to be made. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** `compact` keeps at least the last record of every key; `delete` keeps everything (retention is the operator's affair). */
  readonly cleanup: 'delete' | 'compact';
}

/** A topic as it stands on the log. */
export interface TopicInfo extends TopicSpec {
  /** By partition: first offset still there, and the offset that the next record will get. */
  readonly offsets: readonly { readonly start: number; readonly end: number }[];
}

export interface Transaction {
  readonly appends: Appends;
  readonly positions: Positions;
}

/** A partition number, across co-partitioned topics, while it is ours. */
export interface Owned {
  readonly partition: number;
  /** Aborts when the partition is taken away or given back; batches() then ends and commit() fails. */
  readonly signal: AbortSignal;
  /** Committed positions of the group for this partition number, of the topics joined. Those never committed have no entry. */
  positions(): Promise<Positions>;
  /**
   * Reads the topics named in `from` (all joined topics when empty) and waits for more at the end. Pull: nothing is
   * fetched past a bounded buffer. Ends when `signal` aborts. Several iterations may run side by side.
   */
  batches(from: Positions): AsyncIterable<Batch>;
  /**
   * **Law:** all or nothing: the appended records become visible and the positions move together, or neither does.
   * @throws LogError FENCED if another owner took over, REBALANCED if `signal` has aborted, TOO_LARGE, UNKNOWN_TOPIC, UNAVAILABLE
   */
  commit(transaction: Transaction): Promise<void>;
}

/** A live member of a group. */
export interface Member {
  /** For people: its process and machine, as far as the log knows them. */
  readonly name: string;
  /** The partition numbers that it owns, in order. */
  readonly partitions: readonly number[];
}

export interface JoinOptions {
  readonly group: string;
  /** All with the same number of partitions. */
  readonly topics: readonly string[];
  readonly signal: AbortSignal;
}

export interface ReadOptions {
  readonly topic: string;
  /** Omitted: every partition, interleaved; order holds within each. */
  readonly partition?: number;
  /** `{ offset }` needs `partition`. */
  readonly from: 'start' | 'end' | { readonly offset: number };
  /** `end`: stop at the end as it is when the call is made. Omitted: wait for more until `signal` aborts. */
  readonly to?: 'end';
  readonly signal?: AbortSignal;
}

/** Topics with partitions, which groups read and transactions write: the port that adapters implement. */
export interface Log extends AsyncDisposable {
  /** Idempotent. A topic that exists with another partition count or cleanup is a LogError TOPIC_DIFFERS. */
  create(topics: readonly TopicSpec[]): Promise<void>;
  /** Deletes topics and everything in them; unknown ones are ignored. */
  delete(topics: readonly string[]): Promise<void>;
  /** Every topic, sorted by name. */
  topics(): Promise<readonly TopicInfo[]>;
  /** Yields one Owned for each partition number that this member owns, whenever it comes to own one; ends when `signal` aborts. */
  join(options: JoinOptions): AsyncIterable<Owned>;
  /** Reads without a group. Readers see committed records only. */
  read(options: ReadOptions): AsyncIterable<Batch>;
  /** Atomic across topics. */
  append(appends: Appends): Promise<void>;
  /**
   * Committed positions of the groups named, or of every group: group → topic → by partition (undefined: never committed).
   * May lag behind a commit for a moment.
   */
  positions(
    groups?: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, readonly (number | undefined)[]>>>;
  /** Live members of every group that has any. One that ended without leaving counts until the log has noticed. */
  members(): Promise<ReadonlyMap<string, readonly Member[]>>;
  /** Why readers get nothing for now although there may be more, such as a broker that does not answer; `undefined` while they do. */
  waitsFor(): string | undefined;
  /** Forgets the committed positions of groups. The groups must have no live member. */
  forget(groups: readonly string[]): Promise<void>;
}

/** What went wrong with a log, and what happens next. */
export type LogErrorCode =
  | 'UNKNOWN_TOPIC'
  | 'TOPIC_DIFFERS'
  | 'FENCED'
  | 'REBALANCED'
  | 'CORRUPT'
  | 'TOO_LARGE'
  | 'UNAVAILABLE'
  /** Credentials, permissions or policies forbid it. */
  | 'REFUSED'
  | 'CLOSED';

/** What the runtime does about an error: try the same again, drop the task and wait to own it again, or stop the program. */
export type Remedy = 'retry' | 'rejoin' | 'stop';

const remedies: Readonly<Record<LogErrorCode, Remedy>> = {
  UNKNOWN_TOPIC: 'stop',
  TOPIC_DIFFERS: 'stop',
  FENCED: 'rejoin',
  REBALANCED: 'rejoin',
  CORRUPT: 'stop',
  TOO_LARGE: 'stop',
  UNAVAILABLE: 'retry',
  REFUSED: 'stop',
  CLOSED: 'stop',
};

/** An error of the log: what happened, to what, and (as `remedy`) what happens next. */
export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get remedy(): Remedy {
    return remedies[this.code];
  }
}
