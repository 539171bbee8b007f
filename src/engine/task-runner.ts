import type { AvroError } from '../avro/error.ts';
import { type Batch, type Log, LogError, type Owned, type Positions } from '../log/log.ts';
import { canHeal, untilHealed, type Waiting } from './healing.ts';
import { appendIdleTick } from './idle.ts';
import type { Flushed } from './outputs.ts';
import { type Plan, type PlannedInput, type PlannedTopic, prepareInput, prepareState } from './plan.ts';
import { Slots } from './slots.ts';
import { Task } from './task.ts';

/** When a task commits: whichever comes first. */
export interface CommitPolicy {
  /** ms since the first uncommitted record. */
  readonly interval: number;
  /** The same while there is a backlog; ten times `interval` when absent. */
  readonly catchingUp?: number;
  /** Records read or gathered since the last commit. */
  readonly records: number;
  /** Bytes gathered: bounds the memory of a task. */
  readonly bytes: number;
}

export interface TaskRunOptions {
  readonly log: Log;
  readonly plan: Plan;
  readonly owned: Owned;
  readonly commit: CommitPolicy;
  /** ms without a record after which an outsider's partition gets a tick from its siblings; `undefined`: never. */
  readonly idle: number | undefined;
  /** Asks the task to commit what it has and leave. */
  readonly stop: AbortSignal;
  /** Monotone clock, ms: for commit intervals only, never for event time. */
  now(): number;
  onStart?(task: Task): void;
  onBatch?(batch: Batch): void;
  /** @param took ms, from the first attempt on */
  onCommit?(took: number, committed: Flushed): void;
  /** The log refuses commits, or the schema registry does not answer; the task tries again after `pause` ms. */
  onRetry?(error: LogError | AvroError, pause: number): void;
  /** A commit was refused because another owns the partition. */
  onFenced?(error: LogError): void;
}

/**
 * Runs one task while its partition is owned: restores its state, reads on from its committed positions and commits.
 * Returns when `stop` aborts or the partition is taken away.
 * @throws TopologyError, AvroError, LogError (those whose remedy is to stop)
 */
export async function runTask(options: TaskRunOptions): Promise<void> {
  const { log, plan, owned, stop, now } = options;
  const signal = AbortSignal.any([stop, owned.signal]);
  const waiting: Waiting = { leave: signal, onRetry: (error, pause) => options.onRetry?.(error, pause) };
  const task = new Task(plan, owned.partition, options.commit.bytes);
  const slots = new Slots();
  try {
    const state = { topic: plan.stateTopic, partition: owned.partition, from: 'start', to: 'end', signal } as const;
    for await (const batch of log.read(state)) {
      await untilHealed(waiting, () => prepareState(plan, batch));
      task.restore(batch);
    }
    for (const [name, topic] of plan.broadcast) await addBroadcast(log, task, slots, name, topic, waiting);
    const positions = await owned.positions();
    // Only now: a task must not see a record, nor an alarm, before it sees the settings that hold for it.
    task.catchUp();
    options.onStart?.(task);
    const heard = new Map<string, number>();
    for (const input of plan.inputs.values()) addInput(options, task, slots, input, positions, heard);
    await loop(options, waiting, task, slots, heard);
    if (!owned.signal.aborted) await commit(options, waiting, task);
  } catch (error) {
    if (error instanceof LogError && error.code === 'FENCED') options.onFenced?.(error);
    // Taken away or asked to leave: whoever owns the partition next goes on from the last commit.
    if (error instanceof LogError && (error.remedy === 'rejoin' || (signal.aborted && error.code !== 'CORRUPT')))
      return;
    if (signal.aborted && canHeal(error)) return;
    throw error;
  } finally {
    slots.close();
  }

  function addInput(
    { onBatch }: TaskRunOptions,
    to: Task,
    all: Slots,
    input: PlannedInput,
    positions: Positions,
    heard: Map<string, number>,
  ): void {
    const { physical } = input;
    const slot = {
      name: physical,
      watermark: () => to.inputs.get(physical)?.watermark.value ?? 0,
      held: () => to.held !== undefined,
      async take(batch: Batch, from: number) {
        await untilHealed(waiting, () => input.decoded(batch.records).prepare());
        const index = to.advance(batch, from);
        heard.set(physical, now());
        onBatch?.({ ...batch, next: batch.records[index]?.offset ?? batch.next });
        return index;
      },
    };
    heard.set(physical, now());
    all.add(slot, owned.batches({ [physical]: positions[physical] ?? 0 }));
  }
}

async function addBroadcast(
  log: Log,
  task: Task,
  slots: Slots,
  name: string,
  topic: PlannedTopic,
  waiting: Waiting,
): Promise<void> {
  const signal = waiting.leave;
  for (let partition = 0; partition < topic.partitions; partition++) {
    let offset = 0;
    for await (const batch of log.read({ topic: topic.physical, partition, from: 'start', to: 'end', signal })) {
      await prepare(waiting, topic, batch);
      task.broadcast(name, batch);
      offset = batch.next;
    }
    const slot = {
      name: topic.physical,
      watermark: () => Number.NEGATIVE_INFINITY,
      held: () => false,
      async take(batch: Batch) {
        await prepare(waiting, topic, batch);
        task.broadcast(name, batch);
        task.catchUp();
        return batch.records.length;
      },
    };
    slots.add(slot, log.read({ topic: topic.physical, partition, from: { offset }, signal }));
  }
}

/**
 * Fetches schemas that have not been seen, so that the task itself need not wait. A registry that does not answer is waited
 * for: a record is not refused because its schema cannot be fetched now.
 */
async function prepare(waiting: Waiting, topic: PlannedTopic, batch: Batch): Promise<void> {
  await untilHealed(waiting, () => prepareInput(topic, batch));
}

/** How much longer the commit interval is while there is a backlog, unless a policy says otherwise. */
const CATCHING_UP = 10;

async function loop(
  options: TaskRunOptions,
  waiting: Waiting,
  task: Task,
  slots: Slots,
  heard: Map<string, number>,
): Promise<void> {
  const { commit: policy, now, idle } = options;
  const signal = waiting.leave;
  signal.addEventListener('abort', () => slots.wake(), { once: true });
  // What held a task of before back may have gone on since.
  let since = task.pending.records > 0 ? now() : undefined;
  let read = 0;
  // Catching up is about throughput: a key that changes a hundred times is better written once.
  let interval = policy.interval;
  while (!signal.aborted) {
    const event = await slots.next(since === undefined ? (idle ?? 60_000) : Math.max(0, since + interval - now()));
    if (event === 'ended') return;
    if (event === 'batch' && !signal.aborted) {
      const took = await slots.take();
      if (took !== undefined) {
        const { batch, taken } = took;
        read += taken;
        interval = batch.end > batch.next ? (policy.catchingUp ?? policy.interval * CATCHING_UP) : policy.interval;
      }
      since ??= now();
    }
    // What a tick sets off goes out in commits of the usual size.
    while (task.full && !signal.aborted) {
      await commit(options, waiting, task);
      task.catchUp();
      since = now();
    }
    const { records, bytes } = task.pending;
    const due =
      since !== undefined &&
      (now() - since >= interval || Math.max(records, read) >= policy.records || bytes >= policy.bytes);
    if (due) {
      await commit(options, waiting, task);
      since = undefined;
      read = 0;
    }
    if (idle !== undefined) await tickIdle(options, task, idle, heard);
  }
}

/** Gives inputs that have been silent for `idle` ms a tick from their siblings. */
async function tickIdle(
  { log, plan, owned, now }: TaskRunOptions,
  task: Task,
  idle: number,
  heard: Map<string, number>,
): Promise<void> {
  for (const input of plan.inputs.values()) {
    if (now() - (heard.get(input.physical) ?? 0) < idle) continue;
    heard.set(input.physical, now());
    // It is not the partition that is silent: what it holds must not be overtaken.
    if (task.held !== undefined) continue;
    const watermark = task.inputs.get(input.physical)?.watermark.value ?? Number.NEGATIVE_INFINITY;
    await appendIdleTick(log, input, owned.partition, watermark);
  }
}

/**
 * Commits what the task gathered. What can heal is tried again with the same transaction, whose outcome is all or nothing,
 * until the partition is lost or the task is asked to stop: the next owner then goes on from the last commit.
 */
async function commit({ owned, now, onCommit }: TaskRunOptions, waiting: Waiting, task: Task): Promise<void> {
  const transaction = task.flush();
  if (transaction.appends.length === 0 && Object.keys(transaction.positions).length === 0) return;
  const started = now();
  await untilHealed(waiting, () => owned.commit(transaction));
  onCommit?.(now() - started, transaction);
}
