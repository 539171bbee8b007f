import type { Cell } from '../../datasets/cell.ts';

/** The source port: where rows come from, whatever their form. Its position is committed together with its rows. */

/** One row as the source gave it. `columns` are text for text formats; Parquet and JSON keep their types. */
export interface SourceRow {
  /** Row number from 1 in a file, or the running number of a stream's message. */
  readonly row: number;
  readonly columns: Readonly<Record<string, Cell>>;
  /** Set when the line could not be read as a row: the reason, and the line in `columns.line`. It becomes a dead letter, never a silence. */
  readonly malformed?: string;
  /** JSON messages: the whole text, where it has fields that are no column. */
  readonly text?: string;
}
export type { Cell };

export interface SourceBatch {
  readonly rows: readonly SourceRow[];
  /** Where to go on after this batch: opaque to everyone but the source. */
  readonly position: string;
  /** Live sources: nothing older than this (event time, ms) will come after this batch. Files leave it out: the runner derives it from their rows. */
  readonly watermark?: number;
}

export interface Source {
  /** Stable identity: the same content gives the same id (files: fingerprint of their bytes), so that a second replay is noticed. */
  readonly id: string;
  /** For people: file name or address. */
  readonly name: string;
  /** Names of the columns, in the source's order, known before reading. */
  readonly columns: readonly string[];
  /** Rows expected in all, or bytes read of bytes in all, for progress; `undefined` for streams. */
  progress(): { readonly done: number; readonly total: number; readonly unit: 'bytes' | 'rows' } | undefined;
  /** Reads on from `from` (the start when absent). Ends when the source does. @throws SourceError */
  read(options: { readonly from?: string; readonly signal: AbortSignal }): AsyncIterable<SourceBatch>;
}

export type SourceErrorCode = 'NOT_FOUND' | 'UNREADABLE' | 'UNREACHABLE' | 'WRONG_COLUMNS' | 'NOT_IN_TIME_ORDER';

export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
