import { map, type Observable } from 'rxjs';
import { memoryRegistry } from '../avro/memory-registry.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde } from '../avro/serde.ts';
import type { NewRecord, Transaction } from '../log/log.ts';
import { type Message, withValue } from './message.ts';
import { plan, prepareState } from './plan.ts';
import { Task } from './task.ts';
import { behindHeader, isTick, tickCodec } from './tick.ts';
import { topic } from './topic.ts';
import type { Topology } from './topology.ts';
import type { WindowResult } from './windows.ts';

/** What tests of operators put in. */
export interface Point {
  readonly id: string;
  readonly key: string;
  readonly time: number;
  readonly value: number;
}

/** What tests of operators get out. */
export interface Note {
  readonly key: string;
  readonly time: number;
  readonly text: string;
}

const pointFields = [
  { name: 'id', type: 'string' },
  { name: 'key', type: 'string' },
  { name: 'time', type: 'long' },
  { name: 'value', type: 'long' },
];
export const pointSchema = {
  type: 'record',
  name: 'Point',
  namespace: 'ebb.test',
  eventTime: 'time',
  fields: pointFields,
};
const noteSchema = {
  type: 'record',
  name: 'Note',
  namespace: 'ebb.test',
  eventTime: 'time',
  fields: [
    { name: 'key', type: 'string' },
    { name: 'time', type: 'long' },
    { name: 'text', type: 'string' },
  ],
};

export const points = topic<Point>({ name: 'points', schema: pointSchema, key: ({ key }) => key, ticked: true });
export const others = topic<Point>({ name: 'others', schema: pointSchema, key: ({ key }) => key, ticked: true });
/** Written by outsiders who do not tick. */
export const loosePoints = topic<Point>({
  name: 'loose-points',
  schema: pointSchema,
  key: ({ key }) => key,
  ticked: true,
  disorder: 10,
});
export const notes = topic<Note>({ name: 'notes', schema: noteSchema, key: ({ key }) => key });
export const tickedNotes = topic<Note>({
  name: 'ticked-notes',
  schema: noteSchema,
  key: ({ key }) => key,
  ticked: true,
});

export function point(key: string, time: number, value = 1, id = `${key}@${time}`): Point {
  return { id, key, time, value };
}

/** Notes the message with its own key and time. */
export function note<V>(
  text: (value: V, message: Message<V>) => string,
): (s: Observable<Message<V>>) => Observable<Message<Note>> {
  return map((message) =>
    withValue(message, { key: message.key ?? '', time: message.time, text: text(message.value, message) }),
  );
}

/** Notes a window as `key [start, end) value`, with a full stop when it has closed. */
export const noteWindow = map((message: Message<WindowResult<unknown>>): Message<Note> => {
  const { key, start, end, value, closed } = message.value;
  return withValue(message, {
    key,
    time: message.time,
    text: `${key} [${start}, ${end}) ${JSON.stringify(value)}${closed ? '.' : ''}`,
  });
});

export const sum = {
  schema: 'long',
  init: (): number => 0,
  add: (total: number, { value }: Point): number => total + value,
};

export function texts(values: readonly Note[]): string[] {
  return values.map(({ text }) => text);
}

/** mulberry32: a small seeded generator, uniform in [0, 1), so that a failing run can be repeated from its seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One task by itself, fed by hand: for tests of ticks, which need several writers, and of what a commit holds. */
export interface ByHand {
  readonly task: Task;
  send(...values: readonly Point[]): void;
  /** As a writer that had reached this watermark. */
  sendBehind(watermark: number, value: Point): void;
  sendRaw(record: NewRecord): void;
  /** The only writer of the first broadcast input ticks. */
  tickBroadcast(time: number): void;
  tick(
    time: number,
    over?: { readonly writer?: string; readonly from?: number; readonly of?: number; readonly closed?: boolean },
  ): void;
  /** What the task commits: notes and ticks of its first output, in partition 0, in order; keys of its state. */
  flush(): {
    readonly out: readonly string[];
    /** Keys of the state topic; a tombstone has a `-` before it. */
    readonly state: readonly string[];
    readonly transaction: Transaction;
  };
}

export interface ByHandOptions {
  /** Committed before: the state in it is restored first. */
  readonly from?: readonly Transaction[];
  readonly partitions?: number;
  readonly registry?: Registry;
}

export async function byHand(topology: Topology, options: ByHandOptions = {}): Promise<ByHand> {
  const { from = [], partitions = 1, registry = memoryRegistry() } = options;
  const planned = await plan({ topology, shop: 'test', registry, existing: new Map(), partitions });
  const [input] = planned.inputs.values();
  const [output] = planned.outputs.values();
  if (input === undefined || output === undefined) throw new Error('needs an input and an output');
  const ticks = await tickCodec(registry, input.physical);
  const outTicks = await tickCodec(registry, output.physical);
  const serde = await openSerde<Note>(registry, `${output.physical}-value`, output.topic.schema);
  const task = new Task(planned, 0);
  const isState = ({ topic: name }: { readonly topic: string }): boolean => name === planned.stateTopic;
  for (const { appends } of from) {
    for (const append of appends.filter(isState)) {
      const records = append.records.map((record, offset) => ({ ...record, headers: record.headers, offset }));
      const batch = { topic: append.topic, partition: 0, records, next: records.length, end: records.length };
      await prepareState(planned, batch);
      task.restore(batch);
    }
  }
  let offset = 0;
  const sendRaw = (record: NewRecord): void => {
    const records = [{ ...record, headers: record.headers, offset }];
    offset++;
    task.advance({ topic: input.physical, partition: 0, records, next: offset, end: offset });
  };
  return {
    task,
    sendRaw,
    send(...values) {
      for (const value of values) sendRaw({ key: Buffer.from(value.key), value: input.serde.encode(value) });
    },
    sendBehind: (watermark, value) =>
      sendRaw({ key: Buffer.from(value.key), value: input.serde.encode(value), headers: behindHeader(watermark) }),
    tickBroadcast(time) {
      for (const [name, { physical, ticks: codec }] of planned.broadcast) {
        if (codec === undefined) throw new Error(`${name} carries no ticks`);
        const record = codec.record({ writer: 'w', from: 0, of: 1, time, closed: false });
        const records = [{ ...record, headers: record.headers, offset: 0 }];
        task.broadcast(name, { topic: physical, partition: 0, records, next: 1, end: 1 });
        task.catchUp();
      }
    },
    tick: (time, { writer = 'w', from: part = 0, of = 1, closed = false } = {}) =>
      sendRaw(ticks.record({ writer, from: part, of, time, closed })),
    flush() {
      const transaction = task.flush();
      const out = transaction.appends
        .filter(({ topic: name, partition }) => name === output.physical && partition === 0)
        .flatMap(({ records }) => records)
        .map((record) => {
          if (record.value === null) return 'tombstone';
          if (!isTick(record)) return serde.decode(record.value).text;
          const { time, closed } = outTicks.decode(record.value);
          return `tick ${time}${closed ? ' closed' : ''}`;
        });
      const state = transaction.appends
        .filter(isState)
        .flatMap(({ records }) => records)
        .map(({ key, value }) => `${value === null ? '-' : ''}${key}`);
      return { out, state, transaction };
    },
  };
}
