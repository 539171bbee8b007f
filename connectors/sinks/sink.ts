/** The sink port: a store that keeps its own position, so that rows and position cannot disagree. */

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

export interface SinkBatch extends TopicPartition {
  readonly records: readonly SinkRecord[];
  /** Offset of the first record after the batch. */
  readonly next: number;
}

export interface Sink extends AsyncDisposable {
  readonly name: string;
  /**
   * Takes a partition over: fences whoever wrote it before, and says from where to go on (`undefined`: from the start).
   * @throws SinkError
   */
  take(partition: TopicPartition): Promise<number | undefined>;
  /**
   * Writes the batch and moves the position, exactly once. A batch may be buffered: `flush` makes it durable.
   * @throws SinkError FENCED when another took the partition over
   */
  write(batch: SinkBatch): Promise<void>;
  /** Makes everything written so far durable, where the sink buffers (files). `end`: no more will come now; close partial files. */
  flush(partition: TopicPartition, end: boolean): Promise<void>;
}

export type SinkErrorCode = 'FENCED' | 'UNAVAILABLE' | 'REFUSED' | 'BAD_RECORD' | 'FULL';

export class SinkError extends Error {
  override readonly name = 'SinkError';
  readonly code: SinkErrorCode;

  constructor(code: SinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
