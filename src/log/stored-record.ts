import type { Headers, LogRecord, Packed } from './log.ts';

/** A record as an adapter read it: its key and value are views that are made when asked for, as many readers want few of them. */
export class StoredRecord implements LogRecord, Packed {
  readonly offset: number;
  readonly headers: Headers | undefined;
  readonly bytes: Buffer;
  readonly keyAt: number;
  readonly keyEnd: number;
  readonly valueAt: number;
  readonly valueEnd: number;

  constructor(
    offset: number,
    headers: Headers | undefined,
    bytes: Buffer,
    keyAt: number,
    keyEnd: number,
    valueAt: number,
    valueEnd: number,
  ) {
    this.offset = offset;
    this.headers = headers;
    this.bytes = bytes;
    this.keyAt = keyAt;
    this.keyEnd = keyEnd;
    this.valueAt = valueAt;
    this.valueEnd = valueEnd;
  }

  get packed(): Packed {
    return this;
  }

  get key(): Buffer | null {
    return this.keyAt < 0 ? null : this.bytes.subarray(this.keyAt, this.keyEnd);
  }

  get value(): Buffer | null {
    return this.valueAt < 0 ? null : this.bytes.subarray(this.valueAt, this.valueEnd);
  }
}
