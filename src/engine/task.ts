import type { Batch, LogRecord, NewRecord, Positions } from '../log/log.ts';
import { partitionOf } from '../log/partition.ts';
import { BroadcastTable } from './broadcast.ts';
import { BroadcastInput } from './broadcast-input.ts';
import { noCounts } from './counters.ts';
import type { DecodedBatch } from './decoded-batch.ts';
import { emittedOutside, operatorFailed } from './failure.ts';
import { Graph } from './graph.ts';
import { type Incoming, messageOf, originOfRecord, takeTick } from './incoming.ts';
import type { LateDetails } from './keep.ts';
import type { Message, Origin } from './message.ts';
import { type Flushed, Outputs } from './outputs.ts';
import type { Plan } from './plan.ts';
import { type Held, reached } from './reach.ts';
import { deadLetter, lateRecord } from './refused.ts';
import { eachKept, flushStore, restoreEntry, TASK_KEY } from './state-topic.ts';
import { restoreTaskState, taskState } from './task-state.ts';
import { behindHeader, isTick } from './tick.ts';
import { Ticker } from './ticker.ts';
import { TopologyError } from './topology.ts';
import { InputWatermark } from './watermark.ts';

interface TaskInput extends Incoming {
  push(message: Message<unknown>): void;
}

/**
 * One partition number of one topology: its inputs' positions, its state and its watermark. Does no I/O and reads no
 * clock: records go in by `advance`, and everything to commit comes out of `flush`. **Law:** outputs, state and positions
 * of a flush are committed together or not at all, after which the task is thrown away and restored.
 */
export class Task {
  readonly partition: number;
  readonly counters = noCounts();
  readonly #plan: Plan;
  readonly #graph: Graph;
  readonly #inputs = new Map<string, TaskInput>();
  readonly #broadcast = new Map<string, BroadcastInput>();
  /** What its own watermark is made of. */
  readonly #watermarks: readonly InputWatermark[];
  readonly #outputs = new Outputs();
  readonly #ticker: Ticker;
  #positions: Record<string, number> = {};
  #moved = false;
  #watermark = Number.NEGATIVE_INFINITY;
  #watermarkMoved = false;
  #now = 0;
  #held: Held | undefined;
  #full = false;
  readonly #room: number;
  #advancing = false;
  #failure: unknown;
  readonly #stopped = (): boolean => this.#full || this.#held !== undefined;
  readonly #fail = (error: unknown): unknown => (this.#failure ??= error);
  readonly #refuse = (origin: Origin, code: string, reason: string): void => this.#dead(origin, code, reason);

  /** @param room bytes of outputs with which it stops firing alarms, to be flushed: one tick may set off those of years */
  constructor(plan: Plan, partition: number, room = Number.POSITIVE_INFINITY) {
    this.#plan = plan;
    this.#room = room;
    this.partition = partition;
    this.#ticker = new Ticker(plan, partition, this.#outputs);
    for (const [name, topic] of plan.broadcast) this.#broadcast.set(name, new BroadcastInput(topic));
    this.#graph = new Graph(plan.topology, partition, {
      watermark: () => this.#watermark,
      now: () => this.#now,
      output: (name, message) => this.#output(name, message),
      late: (message, details) => this.#late(message, details),
      dead: this.#refuse,
      count: (metric, by) => this.counters.custom.set(metric, (this.counters.custom.get(metric) ?? 0) + by),
      broadcast: (name, options) => (this.#broadcast.get(name)?.table ?? new BroadcastTable(name)).keeping(options),
      enter: (place) => this.#enter(place),
      fail: this.#fail,
    });
    for (const [name, input] of plan.inputs) {
      const subject = this.#graph.inputs.get(name);
      const watermark = new InputWatermark(input.physical, input.topic.disorder);
      this.#inputs.set(input.physical, { ...input, watermark, push: (message) => subject?.next(message) });
    }
    this.#watermarks = [...this.#inputs.values()].map(({ watermark }) => watermark);
  }

  /** ms; -Infinity before anything is known. */
  get watermark(): number {
    return this.#watermark;
  }

  /** ms: the newest event time heard of, of its last record or of a tick; -Infinity before anything is known. */
  get newest(): number {
    const ticks = [...this.#inputs.values()].map(({ watermark }) => watermark.newestTick);
    return Math.max(this.#watermark, this.counters.in > 0 ? this.#now : Number.NEGATIVE_INFINITY, ...ticks);
  }

  /** All inputs have ended. */
  get closed(): boolean {
    return this.#ticker.closed;
  }

  /** The broadcast topic that it waits for: until that has gone on, it takes in no more of its inputs. */
  get held(): Held | undefined {
    return this.#held;
  }

  /** It has stopped in the midst of alarms: flush it, and let it `catchUp`. Until then it takes in no more of its inputs. */
  get full(): boolean {
    return this.#full;
  }

  /** Input watermarks by topic on the log, with the writer that holds each back. */
  get inputs(): ReadonlyMap<string, { readonly watermark: InputWatermark }> {
    return this.#inputs;
  }

  /** Keys in state, by store. */
  get keys(): ReadonlyMap<string, number> {
    return new Map([...this.#graph.stores].map(([name, store]) => [name, store.entries.size]));
  }

  /** Of its state as it is on the log. */
  get stateBytes(): number {
    return [...this.#graph.stores.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Open windows and the like whose alarm has not come: what an ended input leaves incomplete. */
  get waiting(): number {
    return this.#graph.alarms.size;
  }

  /** Records and bytes gathered for the next commit: the runner's measure for committing. */
  get pending(): { readonly records: number; readonly bytes: number; readonly moved: boolean } {
    return { records: this.#outputs.records, bytes: this.#outputs.bytes, moved: this.#moved };
  }

  /** Takes records of the state topic back in, in order. Call before the first `advance`. @throws TopologyError STATE_UNREADABLE */
  restore(batch: Batch): void {
    eachKept(this.#plan, batch, (name, value) => {
      if (name !== TASK_KEY) restoreEntry(this.#plan, this.#graph, name, value);
      else if (value !== null)
        this.#watermark = restoreTaskState(this.#plan.taskSerde.decode(value), this.#ticker, this.#inputs);
    });
  }

  /** Takes in records of a broadcast topic. Restore it first: what has gone by since then is not kept. */
  broadcast(name: string, batch: Batch): void {
    const input = this.#broadcast.get(name);
    for (const record of batch.records) input?.take(this.#plan.topology.name, batch.partition, record);
    input?.table.forget(this.#watermark);
  }

  /**
   * Goes as far as the broadcast inputs let it: fires the alarms of before. Call once these have been read to their end,
   * whenever more of them has been taken in, and when it was full.
   * @throws TopologyError OPERATOR_FAILED; the task is then unusable
   */
  catchUp(): void {
    this.#advancing = true;
    this.#advanceWatermark();
    this.#advancing = false;
    this.#throwFailure(this.#plan.stateTopic, -1);
  }

  /**
   * Pushes records through the graph, and after each fires the alarms that the watermark has reached. Stops when it is held
   * back or full, and leaves the tick with which that began unread, so that positions tell that something is to come.
   * @param from index of the first record to take in
   * @returns that of the first left out: `records.length` when all were taken
   * @throws TopologyError OPERATOR_FAILED; the task is then unusable
   */
  advance(batch: Batch, from = 0): number {
    const { topic, records } = batch;
    const input = this.#inputs.get(topic);
    if (input === undefined)
      throw new TopologyError('INVALID', `topology ${this.#plan.topology.name}: ${topic} is not an input`);
    let index = from;
    this.#advancing = true;
    try {
      const decoded = input.decoded(records);
      for (; !this.#stopped() && index < records.length; index++) {
        const record = records[index];
        if (record === undefined) break;
        this.#record(input, decoded, index, record);
        this.#throwFailure(topic, record.offset);
        if (this.#stopped() && isTick(record)) break;
      }
    } finally {
      this.#advancing = false;
    }
    this.#positions[topic] = records[index]?.offset ?? batch.next;
    this.#moved = true;
    return index;
  }

  #throwFailure(topic: string, offset: number): void {
    if (this.#failure !== undefined)
      throw operatorFailed(this.#plan.topology.name, this.#failure, topic, this.partition, offset);
  }

  #record(input: TaskInput, batch: DecodedBatch, index: number, record: LogRecord): void {
    const origin = originOfRecord(input, this.partition, record);
    if (isTick(record)) {
      if (!takeTick(input, batch, index, origin, this.#refuse)) return;
      this.#watermarkMoved = true;
      this.#advanceWatermark();
      return;
    }
    this.counters.in++;
    const message = messageOf(input, batch, index, origin, this.#refuse);
    if (message === undefined) return;
    this.#now = message.time;
    input.push(message);
    if (input.topic.disorder !== undefined || input.isTable) {
      input.watermark.observe(message.time);
      this.#watermarkMoved = true;
      this.#advanceWatermark();
    } else {
      this.#fire(this.#watermark);
    }
  }

  #advanceWatermark(): void {
    const { watermark, closed, held } = reached(this.#watermarks, this.#broadcast.values());
    this.#held = held;
    // Also when it has not moved: an alarm may have been set in the past.
    this.#fire(Math.max(watermark, this.#watermark));
    if (this.#full) return;
    if (watermark > this.#watermark) {
      this.#watermark = watermark;
      this.#watermarkMoved = true;
    }
    this.#ticker.reached(this.#watermark, closed);
  }

  /** Fires alarms up to `watermark`, each at its own time, so that what it emits is dated and judged as in a calm stream. */
  #fire(watermark: number): void {
    for (let due = this.#graph.alarms.take(watermark); due !== undefined; due = this.#graph.alarms.take(watermark)) {
      this.#watermark = Math.max(this.#watermark, due.at - 1);
      this.#now = due.at;
      due.entry.store.wake(due.entry, due.at);
      this.#full = this.#outputs.bytes >= this.#room;
      this.#watermarkMoved ||= this.#full;
      if (this.#full || this.#failure !== undefined) return;
    }
  }

  /** What comes later than the record that it comes of would be lost in a crash. */
  #enter(place: string): void {
    if (this.#advancing) return;
    throw emittedOutside(this.#plan.topology.name, place);
  }

  #output(name: string, message: Message<unknown>): void {
    if (!this.#advancing) this.#enter(`output ${name}`);
    const output = this.#plan.outputs.get(name);
    if (output === undefined) return;
    const { value } = message;
    const key = output.topic.key(value);
    const bytes = key === null ? null : Buffer.from(key);
    // Only topics that carry ticks are windowed over, so only there does it matter what came behind.
    const { watermark } = message.origin;
    const behind = output.ticks !== undefined && output.topic.time(value) < watermark;
    this.#outputs.put(output.physical, partitionOf(bytes, output.partitions), {
      key: bytes,
      value: output.serde.encode(value),
      headers: behind ? behindHeader(watermark) : undefined,
    });
    this.counters.out++;
  }

  #late(message: Message<unknown>, details: LateDetails): void {
    this.#enter('the late topic');
    this.counters.late++;
    this.#outputs.put(this.#plan.late.topic, this.partition, lateRecord(this.#plan, message, details));
  }

  #dead(origin: Origin, code: string, message: string): void {
    this.#enter('the dead letters');
    this.counters.dead++;
    this.#outputs.put(this.#plan.dead.topic, this.partition, deadLetter(this.#plan, origin, code, message));
  }

  /** Everything to commit since the last flush: outputs, changed state, late records, dead letters and positions. */
  flush(): Flushed {
    this.#advancing = true;
    this.#graph.update();
    this.#advancing = false;
    this.#throwFailure(this.#plan.stateTopic, -1);
    const put = (record: NewRecord): void => this.#outputs.put(this.#plan.stateTopic, this.partition, record);
    for (const store of this.#graph.stores.values()) flushStore(this.#plan, store, put);
    if (this.#watermarkMoved) {
      const state = taskState(this.#watermark, this.#ticker, this.#inputs);
      put({ key: Buffer.from(TASK_KEY), value: this.#plan.taskSerde.encode(state) });
      this.#watermarkMoved = false;
    }
    const positions: Positions = this.#positions;
    this.#positions = {};
    this.#moved = false;
    this.#full = false;
    return { ...this.#outputs.take(), positions };
  }
}
