export type StackErrorCode =
  /** Something that must be on the machine is not. */
  | 'MISSING'
  /** A download or its unpacking failed. */
  | 'DOWNLOAD'
  /** Another process listens on a port that a server needs. */
  | 'PORT_TAKEN'
  /** A server ended while it was starting, or does not answer. */
  | 'NOT_READY'
  /** What was asked for does not fit the stack that is there. */
  | 'CONFLICT'
  /** A container engine refused. */
  | 'ENGINE';

/** Says what happened, to what, and what to do about it. */
export class StackError extends Error {
  override readonly name = 'StackError';
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
