import type { Plan } from './plan.ts';
import { Task } from './task.ts';
import type { TestLog } from './testing-log.ts';

/** How `run` schedules: omitted, a calm stream; given, anything that may happen to a task happens, chosen by `random`. */
/** How a test interleaves, cuts and crashes tasks: what comes out must not depend on it. */
export interface Chaos {
  /** Uniform in [0, 1), seeded by the test. */
  random(): number;
  /** Chance of a crash after each batch (its uncommitted work is lost, the task restored). Default .1. */
  readonly crashes?: number;
}

/** A task on the log in memory, what it has read, and what of that is committed. */
export class Unit {
  readonly plan: Plan;
  readonly partition: number;
  task: Task;
  readonly #log: TestLog;
  /** Committed, by topic on the log. */
  readonly #positions = new Map<string, number>();
  /** Read, not yet committed. */
  #read = new Map<string, number>();
  /** Read of broadcast topics, by topic and partition. */
  #heard = new Map<string, number>();

  readonly #room: number | undefined;

  constructor(log: TestLog, plan: Plan, partition: number, room: number | undefined) {
    this.#log = log;
    this.#room = room;
    this.plan = plan;
    this.partition = partition;
    this.task = new Task(plan, partition, this.#room);
  }

  /** As a process would start it: its state read back, its broadcast topics read whole. What was not committed is lost. */
  start(): void {
    const { plan, partition } = this;
    this.task = new Task(plan, partition, this.#room);
    this.#heard = new Map();
    this.#listen(Number.MAX_SAFE_INTEGER);
    const state = this.#log.batch(plan.stateTopic, partition, 0, Number.MAX_SAFE_INTEGER);
    if (state !== undefined) this.task.restore(state);
    this.#read = new Map(this.#positions);
    this.task.catchUp();
  }

  /** Topics of which there is more to take; none while the task is held back or full. */
  available(): string[] {
    if (this.task.full || this.task.held !== undefined) return [];
    return Array.from(this.plan.inputs.values(), ({ physical }) => physical).filter(
      (topic) => this.#log.records(topic, this.partition).length > (this.#read.get(topic) ?? 0),
    );
  }

  /** Whether broadcast topics have records that the task has not heard. */
  hasNews(): boolean {
    return this.#broadcasts().some(
      ({ topic, partition, id }) => this.#log.records(topic, partition).length > (this.#heard.get(id) ?? 0),
    );
  }

  /** @param limit records of each partition */
  hear(limit: number): void {
    this.#listen(limit);
    this.task.catchUp();
  }

  #listen(limit: number): void {
    for (const { name, topic, partition, id } of this.#broadcasts()) {
      const batch = this.#log.batch(topic, partition, this.#heard.get(id) ?? 0, limit);
      if (batch === undefined) continue;
      this.task.broadcast(name, batch);
      this.#heard.set(id, batch.next);
    }
  }

  #broadcasts() {
    return [...this.plan.broadcast].flatMap(([name, { physical: topic, partitions }]) =>
      Array.from({ length: partitions }, (_, partition) => ({ name, topic, partition, id: `${topic}/${partition}` })),
    );
  }

  step(topic: string, limit: number): void {
    const batch = this.#log.batch(topic, this.partition, this.#read.get(topic) ?? 0, limit);
    if (batch === undefined) return;
    const index = this.task.advance(batch);
    this.#read.set(topic, batch.records[index]?.offset ?? batch.next);
  }

  commit(): void {
    const { full } = this.task;
    const { appends, positions } = this.task.flush();
    this.#log.append(appends);
    for (const [topic, position] of Object.entries(positions)) this.#positions.set(topic, position);
    if (full) this.task.catchUp();
  }
}

/** Everything in turn, in whole batches, until all is quiet and committed. */
export function runCalm(units: readonly Unit[]): void {
  for (let busy = true; busy; ) {
    busy = false;
    for (const unit of units) {
      if (unit.hasNews()) {
        unit.hear(Number.MAX_SAFE_INTEGER);
        settle(unit);
        busy = true;
      }
      for (const topic of unit.available()) {
        unit.step(topic, Number.MAX_SAFE_INTEGER);
        settle(unit);
        busy = true;
      }
    }
  }
}

function settle(unit: Unit): void {
  do unit.commit();
  while (unit.task.full);
}

/** Anything in any order, in batches of any size, with crashes, until all is quiet and committed. */
export function runChaos(units: readonly Unit[], { random, crashes = 0.1 }: Chaos): void {
  for (;;) {
    const ready = units.filter((unit) => unit.hasNews() || unit.available().length > 0);
    const unit = ready[Math.floor(random() * ready.length)];
    if (unit === undefined) {
      const open = units.filter(({ task: { pending } }) => pending.moved || pending.records > 0);
      if (open.length === 0) return;
      for (const left of open) left.commit();
      continue;
    }
    const topics = unit.available();
    if (unit.hasNews() && (topics.length === 0 || random() < 0.3)) unit.hear(1 + Math.floor(random() * 3));
    else unit.step(topics[Math.floor(random() * topics.length)] ?? '', 1 + Math.floor(random() * 8));
    const fate = random();
    if (fate < crashes) unit.start();
    else if (fate < crashes + 0.4) unit.commit();
  }
}
