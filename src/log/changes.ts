import type { DatabaseSync } from 'node:sqlite';
import { LogError } from './log.ts';
import { integer } from './sqlite-file.ts';

interface Waiter {
  readonly keys: readonly string[];
  readonly wake: () => void;
}

const shortest = 2;
const longest = 25;

/**
 * Wakes those who wait for the log to change. Changes by this connection are told with `announce`; those by others
 * (processes, threads, other logs in this one) show in SQLite's `data_version`, which is polled while somebody waits.
 */
export class Changes {
  readonly #dataVersion: () => number;
  #waiters = new Set<Waiter>();
  #seen: number;
  #count = 0;
  #pause = shortest;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(db: DatabaseSync) {
    const statement = db.prepare('PRAGMA data_version');
    this.#dataVersion = () => integer(statement.get()?.data_version);
    this.#seen = this.#dataVersion();
  }

  mark(): number {
    return this.#count;
  }

  /**
   * Resolves when one of the keys is announced, when another connection has written anything, or when `signal` aborts.
   * `mark`: as `mark()` gave it before the look that found nothing, so that no change since then is missed.
   * @throws LogError CLOSED when the log is closed meanwhile
   */
  wait(keys: readonly string[], mark: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted || mark !== this.#count) return resolve();
      const waiter: Waiter = {
        keys,
        wake: () => {
          this.#waiters.delete(waiter);
          signal?.removeEventListener('abort', waiter.wake);
          if (this.#closed && !signal?.aborted) reject(closed());
          else resolve();
        },
      };
      signal?.addEventListener('abort', waiter.wake);
      this.#waiters.add(waiter);
      if (this.#closed) waiter.wake();
      else this.#timer ??= setTimeout(this.#poll, this.#pause);
    });
  }

  announce(keys: Iterable<string>): void {
    this.#count++;
    if (this.#waiters.size === 0) return;
    const changed = new Set(keys);
    for (const waiter of [...this.#waiters]) if (waiter.keys.some((key) => changed.has(key))) waiter.wake();
  }

  /** @throws LogError CLOSED */
  check(): void {
    if (this.#closed) throw closed();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const waiter of [...this.#waiters]) waiter.wake();
  }

  readonly #poll = (): void => {
    this.#timer = undefined;
    const version = this.#look();
    if (version === this.#seen) this.#pause = Math.min(this.#pause * 1.5, longest);
    else {
      this.#seen = version;
      this.#count++;
      this.#pause = shortest;
      this.#wakeAll();
    }
    if (this.#waiters.size > 0) this.#timer ??= setTimeout(this.#poll, this.#pause);
  };

  #look(): number {
    try {
      return this.#dataVersion();
    } catch {
      // Waking everybody makes each meet the reason itself, and report it.
      return -1;
    }
  }
}

function closed(): LogError {
  return new LogError('CLOSED', 'The log has been closed.');
}
