import { type DeadLetter, deadLetterSchema, type LateRecord, lateRecordSchema } from '../../schemas/generated.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde, type Serde } from '../avro/serde.ts';
import type { Batch, TopicSpec } from '../log/log.ts';
import { BroadcastTable } from './broadcast.ts';
import { type Decoding, decoding } from './decoded-batch.ts';
import { Graph } from './graph.ts';
import { definedOnce, type SchemaJson } from './schema-names.ts';
import type { SharedInputs } from './shared-inputs.ts';
import { type TickCodec, tickCodec } from './tick.ts';
import { physicalName, type Topic, type TopicVersions } from './topic.ts';
import { type Topology, TopologyError, topicOf } from './topology.ts';
import { type WatermarkState, watermarkStateSchema } from './watermark.ts';

export interface PlannedTopic {
  readonly topic: Topic<unknown>;
  /** Name on the log. */
  readonly physical: string;
  readonly partitions: number;
  readonly serde: Serde<unknown>;
  /** Set where the topic carries ticks. */
  readonly ticks: TickCodec | undefined;
}

export interface PlannedInput extends PlannedTopic {
  /** Tombstones are rows deleted, not refused. */
  readonly isTable: boolean;
  readonly decoded: Decoding;
}

export interface StateValue {
  readonly wakeAt: number | null;
  readonly state: unknown;
}

/** State of the task itself: its inputs' watermarks and the tick that it sent last. */
export interface TaskState {
  readonly watermark: number | null;
  readonly lastTick: number | null;
  readonly closed: boolean;
  readonly inputs: readonly WatermarkState[];
}

/** A topology made ready to run in one shop: names, partitions and codecs, so that a task needs nothing but records. */
export interface Plan {
  readonly topology: Topology;
  readonly shop: string;
  readonly group: string;
  /** Number of tasks: the partitions of the inputs. */
  readonly partitions: number;
  readonly inputs: ReadonlyMap<string, PlannedInput>;
  readonly broadcast: ReadonlyMap<string, PlannedTopic>;
  readonly outputs: ReadonlyMap<string, PlannedTopic>;
  readonly stateTopic: string;
  readonly stores: ReadonlyMap<string, Serde<StateValue>>;
  readonly taskSerde: Serde<TaskState>;
  readonly late: { readonly topic: string; readonly serde: Serde<LateRecord> };
  readonly dead: { readonly topic: string; readonly serde: Serde<DeadLetter> };
}

export interface PlanOptions {
  readonly topology: Topology;
  readonly shop: string;
  readonly registry: Registry;
  /** Partitions of a topic on the log by its name there; topics that do not exist yet get `partitions`. */
  readonly existing: ReadonlyMap<string, number>;
  readonly partitions: number;
  /** Which version of a topic is read, by the topic's name; `v1` of those that are not named. */
  readonly versions?: TopicVersions;
  /** Where topologies of one process read the same topics: see shared-inputs.ts. */
  readonly shared?: SharedInputs;
}

/** Names of the topics that belong to a topology alone. */
export function ownTopics(
  shop: string,
  topology: Topology,
): { readonly state: string; readonly late: string; readonly dead: string; readonly group: string } {
  const base = physicalName(shop, topology.name, topology.version);
  return {
    state: `${base}.state`,
    late: `${base}.late`,
    dead: `${base}.dead`,
    group: `${shop}.${topology.name}.${topology.version}`,
  };
}

/** @throws TopologyError INVALID, AvroError INCOMPATIBLE */
export async function plan(options: PlanOptions): Promise<Plan> {
  const { topology, shop, registry, existing } = options;
  const own = ownTopics(shop, topology);
  const read = options.versions ?? new Map<string, string>();
  const partitionsOf = (name: string): number => existing.get(name) ?? options.partitions;

  async function planTopic(topic: Topic<unknown>, version: string): Promise<PlannedTopic> {
    const physical = physicalName(shop, topic.name, version);
    return {
      topic,
      physical,
      partitions: partitionsOf(physical),
      serde: await openSerde<unknown>(registry, `${physical}-value`, topic.schema),
      ticks: topic.ticked ? await tickCodec(registry, physical) : undefined,
    };
  }

  const invalid = (reason: string): TopologyError =>
    new TopologyError('INVALID', `topology ${topology.name}: ${reason}`);

  const inputs = new Map<string, PlannedInput>();
  if (Object.keys(topology.from).length === 0) throw invalid('it has no input, so nothing would ever move it');
  for (const [name, input] of Object.entries(topology.from)) {
    const topic = topicOf(input);
    if (!topic.ticked && topic.disorder === undefined) {
      throw invalid(`input ${topic.name} has no watermark: it carries no ticks and states no disorder`);
    }
    const same = [...inputs].find(([, { topic: other }]) => other.name === topic.name);
    if (same !== undefined)
      throw invalid(
        `inputs ${same[0]} and ${name} are both topic ${topic.name}; name it once, and use the stream twice`,
      );
    const planned = await planTopic(topic, read.get(topic.name) ?? 'v1');
    const decoded = options.shared?.(planned) ?? decoding(planned.serde, planned.ticks);
    inputs.set(name, { ...planned, decoded, isTable: 'table' in input });
  }
  const counts = new Set([...inputs.values()].map(({ partitions }) => partitions));
  if (counts.size !== 1) {
    const found = [...inputs.values()].map((input) => `${input.physical} ${input.partitions}`).join(', ');
    throw invalid(
      `inputs must have the same number of partitions: ${found}. Re-key one of them through a topic of the right size`,
    );
  }
  const broadcast = new Map<string, PlannedTopic>();
  for (const [name, topic] of Object.entries(topology.broadcast))
    broadcast.set(name, await planTopic(topic, read.get(topic.name) ?? 'v1'));
  const outputs = new Map<string, PlannedTopic>();
  for (const [name, topic] of Object.entries(topology.to)) outputs.set(name, await planTopic(topic, topology.version));

  const stores = new Map<string, Serde<StateValue>>();
  for (const { name, schema } of discoverStores(topology)) {
    stores.set(name, await openSerde<StateValue>(registry, `${own.state}-${name}`, stateSchema(name, schema)));
  }
  return {
    topology,
    shop,
    group: own.group,
    partitions: [...counts][0] ?? options.partitions,
    inputs,
    broadcast,
    outputs,
    stateTopic: own.state,
    stores,
    taskSerde: await openSerde<TaskState>(registry, `${own.state}-task`, taskSchema),
    late: { topic: own.late, serde: await openSerde<LateRecord>(registry, `${own.late}-value`, lateRecordSchema) },
    dead: { topic: own.dead, serde: await openSerde<DeadLetter>(registry, `${own.dead}-value`, deadLetterSchema) },
  };
}

/** Fetches schemas under which a state was written before its schema changed, so that `Task.restore` need not wait. */
export async function prepareState({ stores, taskSerde }: Plan, { records }: Batch): Promise<void> {
  const values = new Map<Serde<unknown>, Buffer[]>();
  for (const { key, value } of records) {
    if (key === null || value === null) continue;
    const name = key.toString();
    const serde = stores.get(name.slice(0, name.indexOf('/'))) ?? taskSerde;
    const known = values.get(serde);
    if (known === undefined) values.set(serde, [value]);
    else known.push(value);
  }
  for (const [serde, written] of values) await serde.prepare(written);
}

/** Fetches schemas that have not been seen, so that whoever takes the batch in need not wait. */
export async function prepareInput({ serde, ticks }: PlannedTopic, { records }: Batch): Promise<void> {
  const values = records.map(({ value }) => value);
  await serde.prepare(values);
  await ticks?.prepare(values);
}

/** The topics that must exist before the topology runs: inputs and outputs included. */
export function topicsOf(plan: Plan): readonly TopicSpec[] {
  const spec = ({ physical, partitions, topic }: PlannedTopic): TopicSpec => ({
    name: physical,
    partitions,
    cleanup: topic.cleanup,
  });
  return [
    ...[...plan.inputs.values(), ...plan.broadcast.values(), ...plan.outputs.values()].map(spec),
    { name: plan.stateTopic, partitions: plan.partitions, cleanup: 'compact' },
    { name: plan.late.topic, partitions: plan.partitions, cleanup: 'delete' },
    { name: plan.dead.topic, partitions: plan.partitions, cleanup: 'delete' },
  ];
}

const taskSchema = definedOnce({
  type: 'record',
  name: 'TaskState',
  namespace: 'ebb.state',
  fields: [
    { name: 'watermark', type: ['null', 'long'] },
    { name: 'lastTick', type: ['null', 'long'] },
    { name: 'closed', type: 'boolean' },
    { name: 'inputs', type: { type: 'array', items: watermarkStateSchema } },
  ],
});

function stateSchema(store: string, schema: SchemaJson): ReturnType<typeof definedOnce> {
  const name = store.replaceAll(/[^A-Za-z0-9]/g, '_').replace(/^(?=\d)/, '_');
  return definedOnce({
    type: 'record',
    name: 'Entry',
    namespace: `ebb.state.${name}`,
    fields: [
      { name: 'wakeAt', type: ['null', 'long'] },
      { name: 'state', type: schema },
    ],
  });
}

/** Builds the graph once without running it, to learn which stores it declares. */
function discoverStores(topology: Topology): readonly { readonly name: string; readonly schema: SchemaJson }[] {
  const graph = new Graph(topology, -1, {
    watermark: () => Number.NEGATIVE_INFINITY,
    now: () => 0,
    output: () => {},
    late: () => {},
    dead: () => {},
    count: () => {},
    broadcast: (name) => new BroadcastTable(name),
    enter: () => {},
    fail: (error) => {
      throw error;
    },
  });
  return [...graph.stores.values()];
}
