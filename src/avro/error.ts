export type AvroErrorCode =
  /** Bytes that do not begin with the framing: `0x00`, int32 schema id. */
  | 'NOT_FRAMED'
  /** Framed with a schema id that the registry does not know. */
  | 'UNKNOWN_SCHEMA'
  /** The bytes end early, go on too long, or do not follow their schema. */
  | 'UNREADABLE'
  /** A value that does not fit its schema; the message names the path. */
  | 'INVALID_VALUE'
  /** A schema that cannot read what its subject holds. */
  | 'INCOMPATIBLE'
  /** Not an Avro schema. */
  | 'INVALID_SCHEMA'
  /** The registry cannot be read or written now; the message says why. */
  | 'UNAVAILABLE';

/** What is wrong with a schema, or with bytes that should be of one. */
export class AvroError extends Error {
  override readonly name = 'AvroError';
  readonly code: AvroErrorCode;

  constructor(code: AvroErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
