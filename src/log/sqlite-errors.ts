/** What SQLite's errors mean to users of the log. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LogError } from './log.ts';

const busyCode = 5;
const lockedCode = 6;
const corruptCode = 11;
const fullCode = 13;
const notADatabaseCode = 26;

/** Runs it again while the file is locked by another process, without blocking the event loop, for `patience` ms at most. */
export async function patiently<T>(run: () => T, patience: number): Promise<T> {
  const giveUp = performance.now() + patience;
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUp) throw error;
      await sleep(1 + Math.random() * 4);
    }
  }
}

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** SQLITE_BUSY or SQLITE_LOCKED: another process holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === busyCode || code === lockedCode;
}

/** SQLITE_CORRUPT: pages are missing or make no sense. */
export function isCorrupt(error: unknown): boolean {
  return codeOf(error) === corruptCode;
}

export function isSqliteError(error: unknown): boolean {
  return codeOf(error) !== undefined;
}

/** The LogError for what SQLite reported while `doing` something ("appending to the log"). Errors of other kinds come back as they are. */
export function asLogError(error: unknown, doing: string): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  const cause = { cause: error };
  const said = error instanceof Error ? error.message : String(error);
  if (code === fullCode) {
    return new LogError(
      'UNAVAILABLE',
      `${doing}: disk full. Nothing was lost; it works again when there is room.`,
      cause,
    );
  }
  if (isBusy(error)) {
    return new LogError(
      'UNAVAILABLE',
      `${doing}: another process keeps the log locked. It will be tried again.`,
      cause,
    );
  }
  if (code === corruptCode || code === notADatabaseCode) {
    return new LogError(
      'CORRUPT',
      `${doing}: the file is damaged (${said}). What lies before, and other topics and partitions, may still be readable.`,
      cause,
    );
  }
  return new LogError('UNAVAILABLE', `${doing}: ${said}`, cause);
}
