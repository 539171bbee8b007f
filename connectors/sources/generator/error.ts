export type GeneratorErrorCode =
  /** An option that cannot be. */
  | 'INVALID_OPTION'
  /** The shop's records were made with another seed, number of customers or start. */
  | 'SETTINGS_DIFFER';

export class GeneratorError extends Error {
  override readonly name = 'GeneratorError';
  readonly code: GeneratorErrorCode;

  constructor(code: GeneratorErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
