import type { Leases } from './leases.ts';
import { thisProcess } from './liveness.ts';
import { LogError } from './log.ts';
import type { Membership } from './membership.ts';
import type { Transactions } from './transactions.ts';

/** Milliseconds between looks for processes that have ended. */
const lookEvery = 200;

/** An open log among the file's processes: entered with its first membership, beating until closed. */
export class Presence {
  readonly #leases: Leases;
  readonly #transactions: Transactions;
  readonly #sessionTimeout: number;
  readonly #memberships = new Set<Membership>();
  #entering: Promise<number> | undefined;
  #id: number | undefined;
  #beatAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #left = Promise.withResolvers<void>();

  constructor(leases: Leases, transactions: Transactions, sessionTimeout: number) {
    this.#leases = leases;
    this.#transactions = transactions;
    this.#sessionTimeout = sessionTimeout;
  }

  /** The number of this log among the processes. @throws LogError */
  async id(): Promise<number> {
    if (this.#id !== undefined) return this.#id;
    this.#entering ??= this.#transactions.submit(() => this.#leases.enter(thisProcess(), this.#sessionTimeout));
    try {
      this.#id = await this.#entering;
      return this.#id;
    } finally {
      this.#entering = undefined;
    }
  }

  /** Others gave this log up under that number, because it was silent for too long. It must enter again. */
  lapsed(id: number): void {
    if (this.#id === id) this.#id = undefined;
  }

  add(membership: Membership): void {
    this.#memberships.add(membership);
    // Not a reason to keep a process running: whoever waits for the log does that.
    this.#timer ??= setInterval(() => this.#tick(), Math.min(lookEvery, this.#sessionTimeout / 3)).unref();
  }

  delete(membership: Membership): void {
    this.#memberships.delete(membership);
    if (this.#memberships.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#left.resolve();
  }

  /** Ends all memberships, and resolves when their leases are given back. */
  async close(): Promise<void> {
    if (this.#memberships.size > 0) {
      this.#left = Promise.withResolvers();
      for (const membership of this.#memberships) membership.stop();
      await this.#left.promise;
    }
    const id = this.#id;
    if (id !== undefined) await this.#write(() => this.#leases.remove(id));
  }

  #tick(): void {
    const id = this.#id;
    if (id === undefined) return;
    try {
      for (const membership of this.#memberships) membership.look(id);
    } catch {
      // Locked for a moment: the next tick looks again. Anything worse shows to whoever reads or commits.
    }
    const now = performance.now();
    if (now - this.#beatAt < this.#sessionTimeout / 3 - lookEvery / 2) return;
    this.#beatAt = now;
    void this.#write(() => this.#leases.beat(id) || this.lapsed(id));
  }

  /** Writes what may fail without harm: a missed beat or farewell only makes others wait for the session to end. */
  async #write(run: () => void): Promise<void> {
    try {
      await this.#transactions.submit(run);
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
    }
  }
}
