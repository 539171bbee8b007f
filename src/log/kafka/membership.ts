import { setTimeout as sleep } from 'node:timers/promises';
import { LogError } from '../log.ts';
import { assign, assignedIn, PROTOCOL, subscription } from './assignment.ts';
import type { Connection } from './connection.ts';
import { asLogError, kindOf } from './failure.ts';
import { backoff, patiently } from './patience.ts';
import { Queue } from './queue.ts';

/** A partition number that is ours until `signal` aborts. */
export interface Held {
  readonly partition: number;
  readonly signal: AbortSignal;
}

export interface MembershipOptions {
  /** Its own: a broker answers nothing else on a connection on which a member waits for the others to join. */
  readonly connection: Connection;
  readonly group: string;
  readonly topics: readonly string[];
  readonly partitions: number;
  /** ms of silence after which the others share this member's partitions. */
  readonly sessionTimeout: number;
  /** ms between signs of life, and so until a member learns that the group changes. */
  readonly heartbeat: number;
}

/** ms that saying goodbye may take. */
const LEAVING = 3_000;

/** The group has given this member up, or changed without it: others may have what it had. */
const expelled = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);
const rebalancing = new Set(['REBALANCE_IN_PROGRESS', 'REBALANCE_IN_PROGRESS_FOR_GROUP']);

/**
 * A member of a consumer group. While the group rebalances it keeps what it has, since whoever takes a partition over
 * fences its former owner's transactions; only what was given to another is lost.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #held = new Map<number, AbortController>();
  readonly #gained = new Queue<Held>();
  #assigned: readonly number[] = [];
  #member = '';
  #generation = -1;
  #over = false;
  /** Wakes the wait between heartbeats. */
  #nudge = new AbortController();

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** Joins, and yields every partition number that comes to be held. Leaves the group when `signal` aborts. @throws LogError */
  async *held(signal: AbortSignal): AsyncGenerator<Held, void, undefined> {
    // Whoever stops reading has left, too.
    const left = new AbortController();
    const running = this.#run(AbortSignal.any([signal, left.signal])).then(
      () => this.#gained.end(),
      (error: unknown) => this.#gained.fail(error),
    );
    try {
      yield* this.#gained;
    } finally {
      left.abort();
      await running;
    }
  }

  /** A held partition turned out to be fenced. It is given up, and held anew if the group still says that it is ours. */
  lost({ partition, signal }: Held): void {
    const holding = this.#held.get(partition);
    if (holding?.signal !== signal) return;
    this.#held.delete(partition);
    holding.abort();
    this.#nudge.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      let joined = false;
      let wait: ReturnType<typeof backoff> | undefined;
      // kafkajs's own tries may take long, and nobody waits for them when it is time to go; an answer on its way is waited for.
      const late = afterwards(signal, LEAVING);
      while (!signal.aborted) {
        try {
          if (!joined) {
            await unlessAborted(late, this.#join(), undefined);
            joined = true;
            wait = undefined;
          }
          await this.#pause(signal);
          if (!signal.aborted) {
            await unlessAborted(late, this.#beat(), undefined);
            wait = undefined;
          }
        } catch (error) {
          wait ??= backoff();
          const pause = wait;
          joined = await unlessAborted(
            late,
            this.#recover(error, joined, () => pause(signal)),
            joined,
          );
        }
      }
    } finally {
      this.#over = true;
      this.#drop();
      await this.#leave();
    }
  }

  async #join(): Promise<void> {
    const { connection, group, topics, partitions, sessionTimeout } = this.#options;
    const claim = { generation: this.#generation, partitions: [...this.#held.keys()] };
    const coordinator = await connection.coordinator(0, group);
    const joined = await coordinator.joinGroup({
      groupId: group,
      sessionTimeout,
      rebalanceTimeout: sessionTimeout,
      memberId: this.#member,
      groupProtocols: [{ name: PROTOCOL, metadata: subscription(topics, claim) }],
    });
    this.#member = joined.memberId;
    const leads = joined.leaderId === joined.memberId;
    const { memberAssignment } = await coordinator.syncGroup({
      groupId: group,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupAssignment: leads ? assign(joined.members, topics, partitions) : [],
    });
    this.#generation = joined.generationId;
    this.#assigned = assignedIn(memberAssignment);
    for (const [partition, holding] of this.#held) {
      if (this.#assigned.includes(partition)) continue;
      this.#held.delete(partition);
      holding.abort();
    }
    this.#hold();
  }

  async #beat(): Promise<void> {
    const { connection, group } = this.#options;
    const coordinator = await connection.coordinator(0, group);
    await coordinator.heartbeat({ groupId: group, groupGenerationId: this.#generation, memberId: this.#member });
    // What was given up as fenced, and is ours by the latest word of the group.
    this.#hold();
  }

  #hold(): void {
    if (this.#over) return;
    for (const partition of this.#assigned) {
      if (this.#held.has(partition)) continue;
      const holding = new AbortController();
      this.#held.set(partition, holding);
      this.#gained.push({ partition, signal: holding.signal });
    }
  }

  /** Whether this member still counts as joined. @throws what cannot heal */
  async #recover(error: unknown, joined: boolean, wait: () => Promise<void>): Promise<boolean> {
    const kind = kindOf(error) ?? '';
    if (rebalancing.has(kind)) return false;
    if (expelled.has(kind)) {
      this.#drop();
      if (kind !== 'ILLEGAL_GENERATION') this.#member = '';
      return false;
    }
    const failure = asLogError(error, `Being a member of group ${this.#options.group}`);
    if (!(failure instanceof LogError) || failure.remedy !== 'retry') throw failure;
    // The group's coordinator is away: nobody can be given our partitions meanwhile.
    await wait();
    await this.#options.connection.heal(error).catch(() => {});
    return joined;
  }

  #drop(): void {
    for (const holding of this.#held.values()) holding.abort();
    this.#held.clear();
    this.#assigned = [];
  }

  async #leave(): Promise<void> {
    if (this.#member === '') return;
    const { connection, group } = this.#options;
    const leave = async () => {
      const coordinator = await connection.coordinator(0, group);
      await coordinator.leaveGroup({ groupId: group, memberId: this.#member });
    };
    const before = (error: unknown) => connection.heal(error);
    const given = AbortSignal.timeout(LEAVING);
    const left = patiently(`Leaving group ${group}`, leave, { patience: LEAVING, signal: given, before });
    // If it cannot be said, the others learn it when the session has timed out.
    await unlessAborted(given, left, undefined).catch(() => {});
  }

  async #pause(signal: AbortSignal): Promise<void> {
    this.#nudge = new AbortController();
    const either = AbortSignal.any([signal, this.#nudge.signal]);
    await sleep(this.#options.heartbeat, undefined, { signal: either }).catch(() => {});
  }
}

/** A signal that aborts so many ms after another. */
function afterwards(signal: AbortSignal, ms: number): AbortSignal {
  const late = new AbortController();
  const begin = () => void setTimeout(() => late.abort(), ms).unref();
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return late.signal;
}

/** What `work` gives, or `otherwise` as soon as `signal` aborts; it goes on then, and nobody minds how it ends. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>, otherwise: T): Promise<T> {
  work.catch(() => {});
  const { promise, resolve } = Promise.withResolvers<T>();
  const abort = () => resolve(otherwise);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
