import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LogError } from './log.ts';
import { asLogError, isBusy, patiently } from './sqlite-errors.ts';
import { boundWal } from './sqlite-file.ts';

interface Job {
  readonly run: () => void;
  readonly settle: () => void;
  readonly reject: (error: unknown) => void;
}

/** Enough to spare most syncs to disk, few enough to let others write soon. */
const together = 64;
const walCheckEvery = 256;

/**
 * Writes of one process, one after the other. What is submitted in one turn of the event loop shares one SQLite
 * transaction, and so one sync to disk; each write still succeeds or fails alone.
 */
export class Transactions {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #patience: number;
  readonly #refusal: LogError | undefined;
  #queue: Job[] = [];
  #draining: Promise<void> | undefined;
  #commits = 0;
  #closed = false;

  /** `refusal`: nothing can be written, for this reason. `patience`: ms to wait for other processes. */
  constructor(db: DatabaseSync, path: string, patience: number, refusal: LogError | undefined) {
    this.#db = db;
    this.#path = path;
    this.#patience = patience;
    this.#refusal = refusal;
  }

  /** Runs `run` in a transaction and resolves when it is on disk. `run` may be run again when a transaction is rolled back. */
  submit<T>(run: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new LogError('CLOSED', 'The log has been closed.'));
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return new Promise<T>((resolve, reject) => {
      let result: { readonly value: T } | undefined;
      this.#queue.push({
        run: () => {
          result = { value: run() };
        },
        settle: () => result !== undefined && resolve(result.value),
        reject,
      });
      this.#draining ??= this.#drain();
    });
  }

  /** Takes no more, and resolves when everything submitted is done. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      await nextTurn();
      await this.#commit(this.#queue.splice(0, together));
      if (++this.#commits % walCheckEvery === 0) boundWal(this.#db, this.#path);
    }
    this.#draining = undefined;
  }

  async #commit(jobs: readonly Job[]): Promise<void> {
    try {
      await patiently(() => this.#run(jobs), this.#patience);
    } catch (error) {
      if (jobs.length === 1 || isBusy(error))
        for (const job of jobs) job.reject(asLogError(error, 'Writing to the log'));
      // One of them is to blame: alone, each gets what it deserves.
      else for (const job of jobs) await this.#commit([job]);
      return;
    }
    for (const job of jobs) job.settle();
  }

  /** From begin to end without waiting, so that nothing else sees the transaction half done. */
  #run(jobs: readonly Job[]): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const job of jobs) job.run();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}
