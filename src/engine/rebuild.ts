import type { Batch, Log, NewRecord, Owned, Positions } from '../log/log.ts';
import { iso } from './iso.ts';
import { type Plan, prepareInput, type TaskState } from './plan.ts';
import type { Held } from './reach.ts';
import { Slots } from './slots.ts';
import { TASK_KEY } from './state-topic.ts';
import { Task } from './task.ts';
import { TopologyError } from './topology.ts';
import { InputWatermark } from './watermark.ts';

/** Records or bytes that a task gathers before they are thrown away. */
const ENOUGH = { records: 20_000, bytes: 8 * 1024 * 1024 };

export interface RebuildOptions {
  readonly log: Log;
  readonly plan: Plan;
  readonly partition: number;
  /** Of every input. */
  readonly to: Positions;
  readonly signal: AbortSignal;
  onBatch?(batch: Batch): void;
}

/**
 * The state that a task has when it has read its inputs from the start up to `to`, by key of the state topic. What it would
 * have written on the way is thrown away.
 * @throws TopologyError, AvroError, LogError
 */
export async function rebuildState(options: RebuildOptions): Promise<ReadonlyMap<string, Buffer>> {
  const { log, plan, partition, to, signal } = options;
  const task = new Task(plan, partition, ENOUGH.bytes);
  const state = new Map<string, Buffer>();
  for (const [name, topic] of plan.broadcast) {
    for await (const batch of log.read({ topic: topic.physical, from: 'start', to: 'end', signal })) {
      await prepareInput(topic, batch);
      task.broadcast(name, batch);
    }
  }
  const slots = new Slots();
  try {
    for (const input of plan.inputs.values()) {
      const { physical: topic } = input;
      const slot = {
        name: topic,
        watermark: () => task.inputs.get(topic)?.watermark.value ?? 0,
        held: () => false,
        async take(batch: Batch, from: number) {
          await input.decoded(batch.records).prepare();
          const index = task.advance(batch, from);
          if (task.held !== undefined) throw heldBack(plan, task.held);
          for (; task.full; task.catchUp()) keepState(plan, task, state);
          if (index === batch.records.length) options.onBatch?.(batch);
          return index;
        },
      };
      slots.add(slot, upTo(log.read({ topic, partition, from: 'start', to: 'end', signal }), to[topic] ?? 0));
    }
    for (;;) {
      const event = await slots.next(60_000);
      signal.throwIfAborted();
      if (event === 'ended') break;
      if (event === 'batch') await slots.take();
      const { records, bytes } = task.pending;
      if (records >= ENOUGH.records || bytes >= ENOUGH.bytes) keepState(plan, task, state);
    }
  } finally {
    slots.close();
  }
  keepState(plan, task, state);
  // Not a tombstone: the state topic still holds what it knew when it had read more.
  if (!state.has(TASK_KEY)) state.set(TASK_KEY, plan.taskSerde.encode(knowingNothing(task)));
  return state;
}

/**
 * Puts a partition number back to where it had read its inputs up to `to`: the state of then and the positions in one
 * commit, so that a crash leaves it where it was or where it should be.
 * @throws TopologyError, AvroError, LogError FENCED or REBALANCED when another has come to own it
 */
export async function moveBack(options: Omit<RebuildOptions, 'partition'> & { readonly owned: Owned }): Promise<void> {
  const { log, plan, owned, to, signal } = options;
  const { partition } = owned;
  const state = await rebuildState({ ...options, partition });
  const gone = new Set<string>();
  for await (const { records } of log.read({ topic: plan.stateTopic, partition, from: 'start', to: 'end', signal })) {
    for (const { key, value } of records) {
      const name = key?.toString() ?? '';
      if (value === null || state.has(name)) gone.delete(name);
      else gone.add(name);
    }
  }
  const records: NewRecord[] = [
    ...Array.from(gone, (key) => ({ key: Buffer.from(key), value: null })),
    ...Array.from(state, ([key, value]) => ({ key: Buffer.from(key), value })),
  ];
  await owned.commit({ appends: [{ topic: plan.stateTopic, partition, records }], positions: to });
}

/** The task had got further while nobody wrote that topic, or before it was made anew. */
function heldBack({ topology }: Plan, { topic, known }: Held): TopologyError {
  return new TopologyError(
    'BROADCAST_BEHIND',
    `topology ${topology.name}: ${topic} tells what holds up to ${iso(known)}, which is before the moment to go back to. Let those who write it get there, and do the same again`,
  );
}

function knowingNothing({ inputs }: Task): TaskState {
  const unread = Array.from(inputs.values(), ({ watermark }) => new InputWatermark(watermark.topic, undefined).save());
  return { watermark: null, lastTick: null, closed: false, inputs: unread };
}

function keepState({ stateTopic }: Plan, task: Task, state: Map<string, Buffer>): void {
  for (const { topic, records } of task.flush().appends) {
    if (topic !== stateTopic) continue;
    for (const { key, value } of records) {
      const name = key?.toString() ?? '';
      if (value === null) state.delete(name);
      else state.set(name, value);
    }
  }
}

async function* upTo(batches: AsyncIterable<Batch>, end: number): AsyncGenerator<Batch, void, undefined> {
  if (end <= 0) return;
  for await (const batch of batches) {
    if (batch.next <= end) yield batch;
    else yield { ...batch, records: batch.records.filter(({ offset }) => offset < end), next: end };
    if (batch.next >= end) return;
  }
}
