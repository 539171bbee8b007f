import { SinkError, type SinkErrorCode } from './sink.ts';

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html: what they mean to a sink. */
const codes: ReadonlyMap<number, readonly [SinkErrorCode, string]> = new Map([
  [5, ['UNAVAILABLE', 'another process is writing to it; the write is tried again']],
  [6, ['UNAVAILABLE', 'it is locked; the write is tried again']],
  [8, ['REFUSED', 'it is read-only']],
  [11, ['REFUSED', 'it is damaged: move it away and start again, the rows are written anew from the log']],
  [13, ['FULL', 'the disk is full; nothing of the batch was written, tried again: make room']],
  [14, ['REFUSED', 'it cannot be opened: check the path and its permissions']],
  [18, ['BAD_RECORD', 'a value is too large for it']],
  [19, ['BAD_RECORD', 'a row breaks a rule of its table']],
  [20, ['BAD_RECORD', 'a value is of a type that its column does not take']],
  [26, ['REFUSED', 'it is not a SQLite database']],
]);

/** What SQLite's error means for the runner. An error that is not SQLite's is given back as it is. */
export function sqliteError(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number') {
    return cause;
  }
  // Extended codes carry the primary one in their low byte.
  const [code, meaning] = codes.get(cause.errcode & 0xff) ?? ['REFUSED', 'SQLite gave up'];
  return new SinkError(code, `sqlite sink ${path}: ${meaning} (${cause.message})`, { cause });
}
