/**
 * The cursor that avsc's types read from and write to. Reads and writes past the end do nothing but move `pos`; avsc
 * checks it once per value.
 */
export interface Tap {
  buf: Buffer;
  pos: number;
  readLong(): number;
  skipLong(): void;
  readString(): string;
  skipString(): void;
  writeLong(value: number): void;
  writeString(value: string): void;
}

declare module 'avsc' {
  interface Resolver {
    _read(tap: Tap): unknown;
  }
  /** avsc exports its types to be subclassed but leaves these out of its declarations. They are the same in every 5.x. */
  interface Type {
    _read(tap: Tap): unknown;
    _skip(tap: Tap): void;
    _write(tap: Tap, value: unknown): void;
    /** `hook` is given what does not fit. */
    _check(value: unknown, flags: unknown, hook?: (value: unknown, type: Type) => void, path?: string[]): boolean;
  }
}
