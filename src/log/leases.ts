import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { hasEnded, type ProcessIdentity } from './liveness.ts';
import type { Member } from './log.ts';
import { share } from './share.ts';
import { integer, text } from './sqlite-file.ts';

/** A partition number held by a member. Every commit checks it; whoever takes the partition over raises the epoch. */
export interface Lease {
  readonly group: string;
  readonly partition: number;
  readonly member: number;
  readonly epoch: number;
}

export interface Balance {
  readonly taken: readonly Lease[];
  /** Held before, and no longer. */
  readonly lost: readonly Lease[];
}

/** Groups in the file: processes that beat, their members, and who leases what. Methods that write must run in a transaction. */
export class Leases {
  readonly #sql;

  constructor(db: DatabaseSync) {
    this.#sql = {
      addProcess: db.prepare('INSERT INTO processes (host, pid, born, beat, timeout) VALUES (?, ?, ?, ?, ?)'),
      beat: db.prepare('UPDATE processes SET beat = ? WHERE id = ?'),
      others: db.prepare(
        'SELECT * FROM processes WHERE id <> ? AND id IN (SELECT process FROM members WHERE member_group = ?)',
      ),
      wakeGroupsOf: db.prepare(`
        INSERT INTO groups (name, generation) SELECT DISTINCT member_group, 1 FROM members WHERE process = ?
        ON CONFLICT (name) DO UPDATE SET generation = generation + 1`),
      removeMembersOf: db.prepare('DELETE FROM members WHERE process = ?'),
      removeProcess: db.prepare('DELETE FROM processes WHERE id = ?'),
      addMember: db.prepare('INSERT INTO members (member_group, process) VALUES (?, ?)'),
      isMember: db.prepare('SELECT 1 AS one FROM members WHERE id = ?'),
      removeMember: db.prepare('DELETE FROM members WHERE id = ?'),
      members: db.prepare('SELECT id FROM members WHERE member_group = ? ORDER BY id'),
      living: db.prepare(`
        SELECT m.id AS member, m.member_group, p.host, p.pid, p.born, p.beat, p.timeout
        FROM members m JOIN processes p ON p.id = m.process ORDER BY m.member_group, m.id`),
      held: db.prepare('SELECT partition FROM leases WHERE member_group = ? AND member = ? ORDER BY partition'),
      generation: db.prepare('SELECT generation FROM groups WHERE name = ?'),
      wake: db.prepare(`
        INSERT INTO groups (name, generation) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET generation = generation + 1`),
      addLease: db.prepare('INSERT OR IGNORE INTO leases (member_group, partition) VALUES (?, ?)'),
      leases: db.prepare('SELECT partition, member, epoch FROM leases WHERE member_group = ? ORDER BY partition'),
      lease: db.prepare('SELECT member, epoch FROM leases WHERE member_group = ? AND partition = ?'),
      setLease: db.prepare('UPDATE leases SET member = ?, epoch = ? WHERE member_group = ? AND partition = ?'),
      forgetPositions: db.prepare('DELETE FROM positions WHERE member_group = ?'),
      forgetLeases: db.prepare('DELETE FROM leases WHERE member_group = ?'),
    };
  }

  /** Enters a process, which must `beat` within every `timeout` ms. */
  enter({ host, pid, born }: ProcessIdentity, timeout: number): number {
    return Number(this.#sql.addProcess.run(host, pid, born, Date.now(), timeout).lastInsertRowid);
  }

  /** `false` when others have given the process up. */
  beat(process: number): boolean {
    return this.#sql.beat.run(Date.now(), process).changes === 1;
  }

  /** Processes that are in a group with this one and have ended or been silent for too long. */
  dead(process: number, group: string): readonly number[] {
    return this.#sql.others
      .all(process, group)
      .filter(isDead)
      .map((row) => integer(row.id));
  }

  /** Members whose process runs, by group. */
  living(): ReadonlyMap<string, readonly Member[]> {
    const groups = new Map<string, Member[]>();
    for (const row of this.#sql.living.all()) {
      if (isDead(row)) continue;
      const group = text(row.member_group);
      const partitions = this.#sql.held.all(group, integer(row.member)).map(({ partition }) => integer(partition));
      const member = { name: `process ${integer(row.pid)} on ${text(row.host).split(' ')[0]}`, partitions };
      groups.set(group, [...(groups.get(group) ?? []), member]);
    }
    return groups;
  }

  /** Takes a process out with all its members: their leases are free then. */
  remove(process: number): void {
    this.#sql.wakeGroupsOf.run(process);
    this.#sql.removeMembersOf.run(process);
    this.#sql.removeProcess.run(process);
  }

  join(group: string, process: number, partitions: number): number {
    for (let partition = 0; partition < partitions; partition++) this.#sql.addLease.run(group, partition);
    this.#sql.wake.run(group);
    return Number(this.#sql.addMember.run(group, process).lastInsertRowid);
  }

  isMember(member: number): boolean {
    return this.#sql.isMember.get(member) !== undefined;
  }

  leave(group: string, member: number): void {
    this.#sql.removeMember.run(member);
    this.#sql.wake.run(group);
  }

  /** Rises whenever the group's members or leases change in a way that others must look at. */
  generation(group: string): number {
    return integer(this.#sql.generation.get(group)?.generation ?? 0);
  }

  /** Gives back what the member has too much of and takes what it is due and is free. `held`: what the member believes it has. */
  balance(group: string, member: number, partitions: number, held: readonly Lease[]): Balance {
    const members = this.#sql.members.all(group).map((row) => integer(row.id));
    const leases = this.#sql.leases
      .all(group)
      .slice(0, partitions)
      .map((row) => {
        const owner = row.member === null ? undefined : integer(row.member);
        const live = owner !== undefined && members.includes(owner) ? owner : undefined;
        return { partition: integer(row.partition), owner: live, epoch: integer(row.epoch) };
      });
    const due = share(
      leases.map((lease) => lease.owner),
      members,
    );
    const lost = held.filter(({ partition, epoch }) => {
      const now = leases[partition];
      return now?.owner !== member || now.epoch !== epoch || due[partition] !== member;
    });
    const taken: Lease[] = [];
    for (const { partition, owner, epoch } of leases) {
      if (owner === member && due[partition] !== member) this.#sql.setLease.run(null, epoch, group, partition);
      if (owner === undefined && due[partition] === member) {
        this.#sql.setLease.run(member, epoch + 1, group, partition);
        taken.push({ group, partition, member, epoch: epoch + 1 });
      }
    }
    if (lost.length > 0) this.#sql.wake.run(group);
    return { taken, lost };
  }

  holds({ group, partition, member, epoch }: Lease): boolean {
    const row = this.#sql.lease.get(group, partition);
    return row !== undefined && row.member === member && row.epoch === epoch && this.isMember(member);
  }

  /** Whether the group has a member that is not known to be dead. */
  isLive(group: string): boolean {
    for (const process of this.dead(-1, group)) this.remove(process);
    return this.#sql.members.get(group) !== undefined;
  }

  forget(group: string): void {
    this.#sql.forgetPositions.run(group);
    this.#sql.forgetLeases.run(group);
  }
}

/** Whether the process of a row has ended, or been silent for too long. */
function isDead(row: Record<string, SQLOutputValue>): boolean {
  // A beat from the future means that the clock was set back.
  if (Math.abs(Date.now() - integer(row.beat)) > integer(row.timeout)) return true;
  return hasEnded({ host: text(row.host), pid: integer(row.pid), born: text(row.born) });
}
