import { setTimeout as sleep } from 'node:timers/promises';
import type { Changes } from './changes.ts';
import type { Lease, Leases } from './leases.ts';
import { LogError } from './log.ts';
import type { Presence } from './presence.ts';
import { asLogError } from './sqlite-errors.ts';
import type { Transactions } from './transactions.ts';

export function groupKey(group: string): string {
  return `group ${group}`;
}

/** Milliseconds until a balance that could not be written is tried again. */
const retryAfter = 200;

/** What memberships of one log share. */
export interface Coordination {
  readonly leases: Leases;
  readonly transactions: Transactions;
  readonly changes: Changes;
  readonly presence: Presence;
}

/** A lease while it is held: `signal` aborts when it is not any more. */
export interface Held {
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

/** One member of a group: takes its share of the partition numbers, and gives back what others are due. */
export class Membership {
  readonly #with: Coordination;
  readonly #group: string;
  readonly #partitions: number;
  readonly #stop = new AbortController();
  readonly #held = new Map<number, { readonly lease: Lease; readonly controller: AbortController }>();
  #arrivals: Held[] = [];
  #arrived = Promise.withResolvers<void>();
  #member: number | undefined;
  #generation = -1;

  constructor(coordination: Coordination, group: string, partitions: number) {
    this.#with = coordination;
    this.#group = group;
    this.#partitions = partitions;
  }

  /** Yields what this member comes to hold until `signal` aborts or `stop` is called; then everything has been given back. */
  async *held(signal: AbortSignal): AsyncGenerator<Held, void, undefined> {
    const stop = () => this.stop();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    let ended = false;
    const running = this.#run().finally(() => {
      ended = true;
      this.#arrived.resolve();
    });
    // Thrown at the end; until then its failure must not count as unhandled.
    running.catch(() => undefined);
    try {
      for (;;) {
        for (const held of this.#arrivals.splice(0)) if (!held.signal.aborted) yield held;
        if (ended && this.#arrivals.length === 0) break;
        await this.#arrived.promise;
        this.#arrived = Promise.withResolvers();
        if (ended) this.#arrived.resolve();
      }
    } finally {
      this.stop();
      signal.removeEventListener('abort', stop);
      await running;
    }
  }

  /** Gives up everything at once; commits that were asked for before still go through. */
  stop(): void {
    this.#stop.abort();
    for (const { controller } of this.#held.values()) controller.abort();
  }

  /** Looks again who is due what. */
  nudge(): void {
    this.#generation = -1;
    this.#with.changes.announce([groupKey(this.#group)]);
  }

  /** Checks without writing whether a member of the group has died, and if so takes its share over. */
  look(process: number): void {
    if (this.#with.leases.dead(process, this.#group).length > 0) this.nudge();
  }

  async #run(): Promise<void> {
    const { changes, presence } = this.#with;
    const { signal } = this.#stop;
    presence.add(this);
    try {
      while (!signal.aborted) {
        const mark = changes.mark();
        const outcome = await this.#balance();
        if (outcome === 'balanced') await changes.wait([groupKey(this.#group)], mark, signal);
        if (outcome === 'failed') await sleep(retryAfter);
      }
    } finally {
      this.stop();
      await this.#leave().finally(() => presence.delete(this));
    }
  }

  async #balance(): Promise<'balanced' | 'lapsed' | 'failed'> {
    const { leases, transactions, presence } = this.#with;
    try {
      if (leases.generation(this.#group) === this.#generation) return 'balanced';
      const process = await presence.id();
      const result = await transactions.submit(() => {
        if (!leases.beat(process)) return undefined;
        for (const dead of leases.dead(process, this.#group)) leases.remove(dead);
        const known = this.#member !== undefined && leases.isMember(this.#member) ? this.#member : undefined;
        const member = known ?? leases.join(this.#group, process, this.#partitions);
        const held = Array.from(this.#held.values(), ({ lease }) => lease);
        const balance = leases.balance(this.#group, member, this.#partitions, held);
        return { ...balance, member, generation: leases.generation(this.#group) };
      });
      if (result === undefined) {
        presence.lapsed(process);
        return 'lapsed';
      }
      this.#member = result.member;
      this.#generation = result.generation;
      for (const lease of result.lost) this.#drop(lease);
      for (const lease of result.taken) this.#take(lease);
      this.#with.changes.announce([groupKey(this.#group)]);
      return 'balanced';
    } catch (error) {
      const failure = asLogError(error, `sharing the partitions of group ${this.#group}`);
      // A full disk or a long lock passes: it is tried again. What is held stays held as long as it beats.
      if (failure instanceof LogError && failure.remedy === 'retry') return 'failed';
      throw failure;
    }
  }

  #take(lease: Lease): void {
    const controller = new AbortController();
    this.#held.set(lease.partition, { lease, controller });
    if (this.#stop.signal.aborted) controller.abort();
    this.#arrivals.push({ lease, signal: controller.signal });
    this.#arrived.resolve();
  }

  #drop({ partition }: Lease): void {
    this.#held.get(partition)?.controller.abort();
    this.#held.delete(partition);
  }

  async #leave(): Promise<void> {
    const { leases, transactions, changes } = this.#with;
    const member = this.#member;
    if (member === undefined) return;
    try {
      await transactions.submit(() => leases.leave(this.#group, member));
      changes.announce([groupKey(this.#group)]);
    } catch (error) {
      // It could not be written: others take over when this process ends or its session does.
      if (!(error instanceof LogError) || (error.remedy !== 'retry' && error.code !== 'CLOSED')) throw error;
    }
  }
}
