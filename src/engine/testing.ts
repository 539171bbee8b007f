import type { DeadLetter, LateRecord } from '../../schemas/generated.ts';
import { memoryRegistry } from '../avro/memory-registry.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde, type Serde } from '../avro/serde.ts';
import type { NewRecord } from '../log/log.ts';
import { partitionOf } from '../log/partition.ts';
import { type Plan, type PlannedTopic, plan, topicsOf } from './plan.ts';
import type { Task } from './task.ts';
import { TestLog } from './testing-log.ts';
import { type Chaos, runCalm, runChaos, Unit } from './testing-unit.ts';
import { BEGINNING, behindHeader, isTick, type TickCodec, tickCodec } from './tick.ts';
import { physicalName, type Topic } from './topic.ts';
import type { Topology } from './topology.ts';

export type { Chaos } from './testing-unit.ts';

/** The shop that a test has, and how it is partitioned. */
export interface TestOptions {
  readonly shop?: string;
  /** Of every topic. Default 1. */
  readonly partitions?: number;
  /** Bytes of outputs with which a task stops firing alarms, to commit. Default: it never does. */
  readonly room?: number;
}

/**
 * Runs topologies on a log in memory, with the same tasks as in production, but synchronously and without a clock.
 * Give several topologies to test a chain: what one writes, the next reads.
 */
export interface TestDriver {
  /** Appends values as a writer that ticks would: ordered within a call; a value behind the last tick is marked so. */
  send<T>(topic: Topic<T>, ...values: readonly T[]): void;
  /** Appends raw bytes, as an outsider might. */
  sendRaw(topic: Topic<unknown>, partition: number, record: NewRecord): void;
  /** The test's writer promises to send nothing older than `time` (ms) any more. */
  tick(topic: Topic<unknown>, time: number): void;
  /** The test's writer ends: `time` is the end of what it covered. */
  close(topic: Topic<unknown>, time: number): void;
  /** Lets every task process what there is, until all is quiet and committed. */
  run(chaos?: Chaos): void;
  /**
   * Committed values of a topic, by partition and offset, ticks left out. On compacted topics: all versions.
   * @param version of the topology that wrote it, where that is not `v1`
   */
  read<T>(topic: Topic<T>, version?: string): T[];
  /** The last committed value of each key. */
  table<T>(topic: Topic<T>, version?: string): Map<string, T>;
  late(topology: Topology): LateRecord[];
  dead(topology: Topology): DeadLetter[];
  /** The running tasks, for counters and watermarks. */
  readonly tasks: readonly Task[];
}

/** @throws TopologyError when a topology is declared wrongly */
export async function testTopology(
  topologies: Topology | readonly Topology[],
  options: TestOptions = {},
): Promise<TestDriver> {
  const { shop = 'test', partitions = 1 } = options;
  const registry = memoryRegistry();
  const log = new TestLog();
  const plans: Plan[] = [];
  for (const topology of Array.isArray(topologies) ? topologies : [topologies]) {
    const planned = await plan({ topology, shop, registry, existing: new Map(), partitions });
    for (const topic of topicsOf(planned)) log.create(topic.name, topic.partitions);
    plans.push(planned);
  }
  const writers = new Map<string, Writer>();
  for (const planned of plans) {
    const known = [...planned.inputs.values(), ...planned.outputs.values(), ...planned.broadcast.values()];
    for (const topic of known)
      if (!writers.has(topic.physical)) writers.set(topic.physical, await openWriter(registry, topic));
  }
  const units = plans.flatMap((planned) =>
    Array.from({ length: planned.partitions }, (_, partition) => new Unit(log, planned, partition, options.room)),
  );
  let started = false;

  function writer(topic: Topic<unknown>, version?: string): Writer {
    const found = writers.get(physicalName(shop, topic.name, version));
    if (found === undefined) throw new Error(`test driver: no topology reads or writes topic ${topic.name}`);
    return found;
  }

  function tick(topic: Topic<unknown>, time: number, closed: boolean): void {
    const target = writer(topic);
    target.watermark = Math.max(target.watermark, time);
    if (target.ticks === undefined) throw new Error(`test driver: topic ${topic.name} carries no ticks`);
    const record = target.ticks.record({ writer: 'test', from: 0, of: 1, time, closed });
    for (let partition = 0; partition < partitions; partition++)
      log.append([{ topic: target.physical, partition, records: [record] }]);
  }

  function values<T>(physical: string, serde: Serde<unknown>): { readonly key: string; readonly value: T | null }[] {
    const count = log.partitions(physical) ?? 0;
    return Array.from({ length: count }, (_, partition) => log.records(physical, partition))
      .flat()
      .filter((record) => !isTick(record))
      .map(({ key, value }) => ({
        key: key?.toString() ?? '',
        value: value === null ? null : (serde.decode(value) as T),
      }));
  }

  return {
    send(topic, ...items) {
      const target = writer(topic);
      for (const value of items) {
        const key = topic.key(value);
        const bytes = key === null ? null : Buffer.from(key);
        const behind = target.ticks !== undefined && topic.time(value) < target.watermark;
        const record = {
          key: bytes,
          value: target.serde.encode(value),
          headers: behind ? behindHeader(target.watermark) : undefined,
        };
        log.append([{ topic: target.physical, partition: partitionOf(bytes, partitions), records: [record] }]);
      }
    },
    sendRaw: (topic, partition, record) =>
      log.append([{ topic: writer(topic).physical, partition, records: [record] }]),
    tick: (topic, time) => tick(topic, time, false),
    close: (topic, time) => tick(topic, time, true),
    run(chaos) {
      if (!started) for (const unit of units) unit.start();
      started = true;
      if (chaos === undefined) runCalm(units);
      else runChaos(units, chaos);
    },
    read<T>(topic: Topic<T>, version?: string) {
      const { physical, serde } = writer(topic, version);
      return values<T>(physical, serde).flatMap(({ value }) => (value === null ? [] : [value]));
    },
    table<T>(topic: Topic<T>, version?: string) {
      const { physical, serde } = writer(topic, version);
      const rows = new Map<string, T>();
      for (const { key, value } of values<T>(physical, serde)) {
        if (value === null) rows.delete(key);
        else rows.set(key, value);
      }
      return rows;
    },
    late: (topology) => own(topology, (planned) => values<LateRecord>(planned.late.topic, planned.late.serde)),
    dead: (topology) => own(topology, (planned) => values<DeadLetter>(planned.dead.topic, planned.dead.serde)),
    get tasks() {
      return units.map(({ task }) => task);
    },
  };

  function own<T>(topology: Topology, read: (planned: Plan) => { readonly value: T | null }[]): T[] {
    return plans
      .filter((planned) => planned.topology === topology)
      .flatMap(read)
      .flatMap(({ value }) => (value === null ? [] : [value]));
  }
}

interface Writer {
  readonly physical: string;
  readonly serde: Serde<unknown>;
  readonly ticks: TickCodec | undefined;
  watermark: number;
}

async function openWriter(registry: Registry, { physical, topic }: PlannedTopic): Promise<Writer> {
  return {
    physical,
    serde: await openSerde<unknown>(registry, `${physical}-value`, topic.schema),
    ticks: topic.ticked ? await tickCodec(registry, physical) : undefined,
    watermark: BEGINNING,
  };
}
