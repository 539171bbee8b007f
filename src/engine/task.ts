import { AvroError } from '../avro/error.ts';
import type { Serde } from '../avro/serde.ts';
import type { Batch, LogRecord, Positions, Transaction } from '../log/log.ts';
import { partitionOf } from '../log/partition.ts';
import { BroadcastTable } from './broadcast.ts';
import { Graph } from './graph.ts';
import type { LateDetails } from './keep.ts';
import type { Message, Origin } from './message.ts';
import { Outputs } from './outputs.ts';
import type { Plan, PlannedInput, PlannedTopic, StateValue } from './plan.ts';
import { newEntry } from './stateful.ts';
import type { Entry, Store } from './store.ts';
import { BEGINNING, behindHeader, behindOf, isTick } from './tick.ts';
import { TopologyError } from './topology.ts';
import { InputWatermark } from './watermark.ts';

const TASK_KEY = 'ebb/task';

export interface TaskCounters {
  in: number;
  out: number;
  late: number;
  dead: number;
  /** What `keep.count` counted. */
  readonly custom: Map<string, number>;
}

interface TaskInput extends PlannedInput {
  readonly watermark: InputWatermark;
  push(message: Message<unknown>): void;
}

interface BroadcastInput {
  readonly topic: PlannedTopic;
  readonly table: BroadcastTable<unknown>;
  /** By partition; none where the topic carries no ticks. */
  readonly watermarks: readonly InputWatermark[];
}

/**
 * One partition number of one topology: its inputs' positions, its state and its watermark. Does no I/O and reads no
 * clock: records go in by `advance`, and everything to commit comes out of `flush`. **Law:** outputs, state and positions
 * of a flush are committed together or not at all, after which the task is thrown away and restored.
 */
export class Task {
  readonly partition: number;
  readonly counters: TaskCounters = { in: 0, out: 0, late: 0, dead: 0, custom: new Map() };
  readonly #plan: Plan;
  readonly #graph: Graph;
  readonly #inputs = new Map<string, TaskInput>();
  readonly #broadcast = new Map<string, BroadcastInput>();
  /** Of inputs and broadcast inputs: what the task's own is made of. */
  readonly #watermarks: InputWatermark[] = [];
  readonly #outputs = new Outputs();
  readonly #writer: string;
  #positions: Record<string, number> = {};
  #moved = false;
  #watermark = Number.NEGATIVE_INFINITY;
  #watermarkMoved = false;
  #now = 0;
  #lastTick: number | null = null;
  #closed = false;
  #advancing = false;
  #failure: unknown;

  constructor(plan: Plan, partition: number) {
    this.#plan = plan;
    this.partition = partition;
    this.#writer = `${plan.topology.name}.${plan.topology.version}`;
    for (const [name, topic] of plan.broadcast) {
      const watermarks =
        topic.ticks === undefined
          ? []
          : Array.from({ length: topic.partitions }, () => new InputWatermark(topic.physical, undefined));
      this.#watermarks.push(...watermarks);
      this.#broadcast.set(name, { topic, table: new BroadcastTable(), watermarks });
    }
    this.#graph = new Graph(plan.topology, partition, {
      watermark: () => this.#watermark,
      now: () => this.#now,
      output: (name, message) => this.#output(name, message),
      late: (message, details) => this.#late(message, details),
      dead: (origin, code, message) => this.#dead(origin, code, message),
      count: (metric, by) => this.counters.custom.set(metric, (this.counters.custom.get(metric) ?? 0) + by),
      broadcast: (name) => this.#broadcast.get(name)?.table ?? new BroadcastTable(),
      enter: (place) => this.#enter(place),
      fail: (error) => {
        this.#failure ??= error;
      },
    });
    for (const [name, input] of plan.inputs) {
      const subject = this.#graph.inputs.get(name);
      const watermark = new InputWatermark(input.physical, input.topic.disorder);
      this.#watermarks.push(watermark);
      this.#inputs.set(input.physical, {
        ...input,
        watermark,
        push: (message) => subject?.next(message),
      });
    }
  }

  /** ms; -Infinity before anything is known. */
  get watermark(): number {
    return this.#watermark;
  }

  /** All inputs have ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Input watermarks by topic on the log, with the writer that holds each back. */
  get inputs(): ReadonlyMap<string, { readonly watermark: InputWatermark }> {
    return this.#inputs;
  }

  /** Keys in state, by store. */
  get keys(): ReadonlyMap<string, number> {
    return new Map([...this.#graph.stores].map(([name, store]) => [name, store.entries.size]));
  }

  /** Open windows and the like whose alarm has not come: what an ended input leaves incomplete. */
  get waiting(): number {
    return this.#graph.alarms.size;
  }

  /** Records and bytes gathered for the next commit: the runner's measure for committing. */
  get pending(): { readonly records: number; readonly bytes: number; readonly moved: boolean } {
    return { records: this.#outputs.records, bytes: this.#outputs.bytes, moved: this.#moved };
  }

  /** Takes records of the state topic back in, in order. Call before the first `advance`. */
  restore(batch: Batch): void {
    for (const { key, value } of batch.records) {
      if (key === null) continue;
      const name = key.toString();
      if (name === TASK_KEY) {
        if (value !== null) this.#restoreTask(value);
        continue;
      }
      const slash = name.indexOf('/');
      const store = this.#graph.stores.get(name.slice(0, slash));
      const serde = this.#plan.stores.get(name.slice(0, slash));
      // A store that this version no longer declares: its keys stay in the topic and mean nothing.
      if (store === undefined || serde === undefined) continue;
      const entryKey = name.slice(slash + 1);
      const old = store.entries.get(entryKey);
      if (old !== undefined) this.#graph.alarms.set(old, Number.POSITIVE_INFINITY);
      if (value === null) {
        store.entries.delete(entryKey);
        continue;
      }
      const { wakeAt, state } = serde.decode(value);
      const entry: Entry = old ?? newEntry(store, entryKey);
      entry.state = state;
      entry.committed = true;
      store.entries.set(entryKey, entry);
      this.#graph.alarms.set(entry, wakeAt ?? Number.POSITIVE_INFINITY);
    }
  }

  #restoreTask(value: Buffer): void {
    const { watermark, lastTick, closed, inputs } = this.#plan.taskSerde.decode(value);
    this.#watermark = watermark ?? Number.NEGATIVE_INFINITY;
    this.#lastTick = lastTick;
    this.#closed = closed;
    for (const input of inputs) this.#inputs.get(input.topic)?.watermark.restore(input);
  }

  /** Takes in records of a broadcast topic. */
  broadcast(name: string, batch: Batch): void {
    const input = this.#broadcast.get(name);
    if (input === undefined) return;
    for (const record of batch.records) this.#broadcastRecord(input, batch.partition, record);
    this.#advancing = true;
    this.#advanceWatermark();
    this.#advancing = false;
    if (this.#failure !== undefined) throw this.#failed(batch.topic, batch.partition, batch.next - 1);
  }

  #broadcastRecord({ topic, table, watermarks }: BroadcastInput, partition: number, record: LogRecord): void {
    const { key, value } = record;
    if (value === null) {
      if (key !== null) table.delete(key.toString());
      return;
    }
    try {
      if (isTick(record)) {
        const tick = topic.ticks?.decode(value);
        if (tick !== undefined) watermarks[partition]?.tick(tick);
      } else {
        const decoded = topic.serde.decode(value);
        table.put(key?.toString() ?? '', topic.topic.time(decoded), decoded);
      }
    } catch (cause) {
      if (!(cause instanceof AvroError)) throw cause;
      throw new TopologyError(
        'BROADCAST_UNREADABLE',
        `topology ${this.#plan.topology.name}: ${topic.physical}, partition ${partition}, offset ${record.offset} does not decode: ${cause.message}. The topology stops; mend or delete that topic`,
        { cause },
      );
    }
  }

  /**
   * Pushes every record through the graph, and after each fires the alarms that the watermark has reached.
   * @throws TopologyError OPERATOR_FAILED; the task is then unusable
   */
  advance(batch: Batch): void {
    const input = this.#inputs.get(batch.topic);
    if (input === undefined)
      throw new TopologyError('INVALID', `topology ${this.#plan.topology.name}: ${batch.topic} is not an input`);
    this.#advancing = true;
    try {
      for (const record of batch.records) {
        this.#record(input, record);
        if (this.#failure !== undefined) throw this.#failed(batch.topic, batch.partition, record.offset);
      }
    } finally {
      this.#advancing = false;
    }
    this.#positions[batch.topic] = batch.next;
    this.#moved = true;
  }

  #record(input: TaskInput, record: LogRecord): void {
    const { key, value } = record;
    const { watermark } = input;
    const origin: Origin = {
      topic: input.physical,
      partition: this.partition,
      offset: record.offset,
      watermark: record.headers === undefined ? watermark.value : Math.max(watermark.value, behindOf(record)),
      key,
      value,
    };
    if (isTick(record)) {
      if (value === null || input.ticks === undefined) return;
      try {
        watermark.tick(input.ticks.decode(value));
      } catch (error) {
        if (!(error instanceof AvroError)) throw error;
        this.#dead(origin, error.code, `tick: ${error.message}`);
      }
      this.#watermarkMoved = true;
      this.#advanceWatermark();
      return;
    }
    this.counters.in++;
    let decoded: unknown = null;
    if (value !== null) {
      try {
        decoded = input.serde.decode(value);
      } catch (error) {
        if (!(error instanceof AvroError)) throw error;
        this.#dead(origin, error.code, error.message);
        return;
      }
    } else if (!input.isTable) {
      this.#dead(
        origin,
        'TOMBSTONE',
        'a record without a value; the topology reads this topic as a stream, not as a table',
      );
      return;
    }
    // A tombstone has no event time of its own: it takes effect after everything that came before it.
    const time = value === null ? Math.max(origin.watermark, watermark.greatest, BEGINNING) : input.topic.time(decoded);
    if (Number.isNaN(time)) {
      this.#dead(origin, 'NO_TIME', `field ${input.topic.schema.eventTime ?? '(none named)'} holds no event time`);
      return;
    }
    this.#now = time;
    input.push({ key: key === null ? null : key.toString(), value: decoded, time, origin });
    if (input.topic.disorder !== undefined || input.isTable) {
      watermark.observe(time);
      this.#watermarkMoved = true;
      this.#advanceWatermark();
    } else {
      this.#fire(this.#watermark);
    }
  }

  /** What the graph threw, as an error that names the record. */
  #failed(topic: string, partition: number, offset: number): TopologyError {
    const cause = this.#failure;
    if (cause instanceof TopologyError) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new TopologyError(
      'OPERATOR_FAILED',
      `topology ${this.#plan.topology.name}: an operator threw at ${topic}, partition ${partition}, offset ${offset}: ${reason}. Nothing of this record is committed; mend the operator (or refuse such records with keep.mapOrReject) and run again`,
      { cause },
    );
  }

  #advanceWatermark(): void {
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (const input of this.#watermarks) {
      if (input.closed) greatest = Math.max(greatest, input.value);
      else least = Math.min(least, input.value);
    }
    const closed = least === Number.POSITIVE_INFINITY;
    // What has ended holds nobody back.
    const watermark = closed ? greatest : least;
    // Also when it has not moved: an alarm may have been set in the past.
    this.#fire(Math.max(watermark, this.#watermark));
    if (watermark > this.#watermark) {
      this.#watermark = watermark;
      this.#watermarkMoved = true;
    }
    const { tickStep } = this.#plan.topology;
    const crossed =
      this.#lastTick === null || Math.floor(this.#watermark / tickStep) > Math.floor(this.#lastTick / tickStep);
    if (this.#watermark === Number.NEGATIVE_INFINITY || !(crossed || closed !== this.#closed)) return;
    this.#closed = closed;
    this.#lastTick = this.#watermark;
    this.#tick(this.#watermark, closed);
  }

  /** Fires alarms up to `watermark`, each at its own time, so that what it emits is dated and judged as in a calm stream. */
  #fire(watermark: number): void {
    for (let due = this.#graph.alarms.take(watermark); due !== undefined; due = this.#graph.alarms.take(watermark)) {
      this.#watermark = Math.max(this.#watermark, due.at - 1);
      this.#now = due.at;
      due.entry.store.wake(due.entry, due.at);
      if (this.#failure !== undefined) return;
    }
  }

  #tick(time: number, closed: boolean): void {
    for (const { physical, partitions, ticks } of this.#plan.outputs.values()) {
      if (ticks === undefined) continue;
      const record = ticks.record({
        writer: this.#writer,
        from: this.partition,
        of: this.#plan.partitions,
        time,
        closed,
      });
      for (let partition = 0; partition < partitions; partition++) this.#outputs.putTick(physical, partition, record);
    }
  }

  /** What comes later than the record that it comes of would be lost in a crash. */
  #enter(place: string): void {
    if (this.#advancing) return;
    throw new TopologyError(
      'EMITTED_OUTSIDE',
      `topology ${this.#plan.topology.name}: ${place} was given a value outside advance, by an operator that waits (delay, debounceTime, a promise). Use keep.stateful with wakeAt instead: it survives a crash`,
    );
  }

  #output(name: string, message: Message<unknown>): void {
    if (!this.#advancing) this.#enter(`output ${name}`);
    const output = this.#plan.outputs.get(name);
    if (output === undefined) return;
    const { value } = message;
    const key = output.topic.key(value);
    const bytes = key === null ? null : Buffer.from(key);
    // Only topics that carry ticks are windowed over, so only there does it matter what came behind.
    const behind =
      output.ticks !== undefined &&
      output.topic.time(value) < message.origin.watermark &&
      message.origin.watermark > Number.NEGATIVE_INFINITY;
    this.#outputs.put(output.physical, partitionOf(bytes, output.partitions), {
      key: bytes,
      value: output.serde.encode(value),
      headers: behind ? behindHeader(message.origin.watermark) : undefined,
    });
    this.counters.out++;
  }

  #late({ origin, time }: Message<unknown>, details: LateDetails): void {
    this.#enter('the late topic');
    this.counters.late++;
    const { late, topology } = this.#plan;
    const value = late.serde.encode({
      topology: topology.name,
      store: details.store,
      topic: origin.topic,
      partition: origin.partition,
      offset: origin.offset,
      key: details.key,
      time,
      windowStart: details.windowStart ?? null,
      windowEnd: details.windowEnd ?? null,
      watermark: details.watermark,
      reason: details.reason,
      value: origin.value,
    });
    this.#outputs.put(late.topic, this.partition, { key: Buffer.from(details.key), value });
  }

  #dead(origin: Origin, code: string, message: string): void {
    this.#enter('the dead letters');
    this.counters.dead++;
    const { dead, topology } = this.#plan;
    const { topic, partition, offset, key, value } = origin;
    this.#outputs.put(dead.topic, this.partition, {
      key,
      value: dead.serde.encode({ topology: topology.name, topic, partition, offset, code, message, key, value }),
    });
  }

  /** Everything to commit since the last flush: outputs, changed state, late records, dead letters and positions. */
  flush(): Transaction {
    this.#advancing = true;
    this.#graph.update();
    this.#advancing = false;
    if (this.#failure !== undefined) throw this.#failed(this.#plan.stateTopic, this.partition, -1);
    for (const store of this.#graph.stores.values()) this.#flushStore(store);
    if (this.#watermarkMoved) {
      const state = {
        watermark: this.#watermark === Number.NEGATIVE_INFINITY ? null : this.#watermark,
        lastTick: this.#lastTick,
        closed: this.#closed,
        inputs: [...this.#inputs.values()].map(({ watermark }) => watermark.save()),
      };
      this.#outputs.put(this.#plan.stateTopic, this.partition, {
        key: Buffer.from(TASK_KEY),
        value: this.#plan.taskSerde.encode(state),
      });
      this.#watermarkMoved = false;
    }
    const positions: Positions = this.#positions;
    this.#positions = {};
    this.#moved = false;
    return { appends: this.#outputs.take(), positions };
  }

  #flushStore(store: Store): void {
    const serde = this.#plan.stores.get(store.name);
    if (serde === undefined)
      throw new TopologyError(
        'INVALID',
        `topology ${this.#plan.topology.name}: store ${store.name} was not planned; build must declare the same stores every time`,
      );
    for (const entry of store.dirty) {
      entry.dirty = false;
      if (entry.state !== undefined) {
        entry.committed = true;
        const value = this.#encodeState(serde, entry);
        this.#outputs.put(this.#plan.stateTopic, this.partition, {
          key: Buffer.from(`${store.name}/${entry.key}`),
          value,
        });
      } else if (entry.committed && !store.entries.has(entry.key)) {
        this.#outputs.put(this.#plan.stateTopic, this.partition, {
          key: Buffer.from(`${store.name}/${entry.key}`),
          value: null,
        });
      }
    }
    store.dirty.length = 0;
  }
  #encodeState(serde: Serde<StateValue>, { store, key, state, wakeAt }: Entry): Buffer {
    try {
      return serde.encode({ wakeAt: wakeAt === Number.POSITIVE_INFINITY ? null : wakeAt, state });
    } catch (cause) {
      if (!(cause instanceof AvroError)) throw cause;
      throw new TopologyError(
        'OPERATOR_FAILED',
        `topology ${this.#plan.topology.name}: the state of store ${store.name}, key ${key}, is ${cause.message}. Nothing since the last commit is committed; mend the operator or its schema and run again`,
        { cause },
      );
    }
  }
}
