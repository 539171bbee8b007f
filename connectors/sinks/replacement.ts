import type { SinkBatch } from './sink.ts';

/** A topic whose rows are to stand in the tables instead of another version's. */
export interface Replacement {
  /** Name within the shop: `sessions.v2`. */
  readonly topic: string;
  /** Names within the shop of the versions whose rows there may be. */
  readonly instead: readonly string[];
  /** Only rows of this topology go, where several share the table. */
  readonly topology?: string;
  /** By partition: all its records, and where they end. */
  readonly partitions: readonly { readonly end: number; readonly batches: AsyncIterable<SinkBatch> }[];
}
