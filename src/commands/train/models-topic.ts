import type { ChurnModel } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { openSerde } from '../../avro/serde.ts';
import type { InForce } from '../../churn/appoint.ts';
import type { Model } from '../../churn/model.ts';
import { modelOf, recordOf } from '../../churn/model-record.ts';
import { rosters } from '../../churn/roster.ts';
import { isTick, tickCodec } from '../../engine/tick.ts';
import { physicalName } from '../../engine/topic.ts';
import type { Appends, Log, TopicSpec } from '../../log/log.ts';
import { partitionOf } from '../../log/partition.ts';
import { lastValues } from '../read-values.ts';
import type { Workplace } from '../workplace.ts';

/** The writer under which the trainer ticks. */
export const TRAINER = 'trainer';

/** The group whose owner trains. */
export function trainerGroup(shop: string): string {
  return `${shop}.trainer`;
}

type OnLog = Pick<Workplace, 'log' | 'registry'>;

/** What the topic of models says. */
export interface ModelsOnLog {
  /** A record for each role that a model has had, the oldest first. */
  readonly records: readonly ChurnModel[];
}

/** What the trainer last said. */
export interface TrainerOnLog {
  /** Up to when it has decided: the time of its last tick, ms. Undefined: it has never ticked. */
  readonly decided: number | undefined;
  /** Whether readers wait for it. */
  readonly isOpen: boolean;
}

/** @throws LogError, AvroError */
export async function readModels(place: OnLog, shop: string): Promise<ModelsOnLog> {
  const latest = await lastValues(place, shop, topics.models);
  const records = [...latest.values()].sort(
    (a, b) => a.inForceFrom - b.inForceFrom || (a.version < b.version ? -1 : 1),
  );
  return { records };
}

/** Of a topic that is there. Decodes no models, which are large. @throws LogError, AvroError */
export async function readTrainer({ log, registry }: OnLog, shop: string): Promise<TrainerOnLog> {
  const topic = physicalName(shop, topics.models.name);
  const ticks = await tickCodec(registry, topic);
  let decided: number | undefined;
  let closed = true;
  for await (const { records } of log.read({ topic, from: 'start', to: 'end' })) {
    for (const record of records) {
      const { value } = record;
      if (value === null || !isTick(record)) continue;
      await ticks.prepare([value]);
      const tick = ticks.decode(value);
      if (tick.writer === TRAINER) ({ time: decided, closed } = tick);
    }
  }
  return { decided, isOpen: !closed };
}

/** Who is in force at a moment of event time. */
export function inForceAt({ records }: ModelsOnLog, time: number): InForce {
  const latest = new Map(records.map((record) => [topics.models.key(record) ?? '', record]));
  const { champion, challengers } = rosters({ latest, changes: 0 }).at(time);
  return { champion: champion?.model, challengers: challengers.map(({ model }) => model) };
}

/** The newest record of a version. */
export function modelNamed({ records }: ModelsOnLog, version: string): Model | undefined {
  const record = records.findLast((one) => one.version === version);
  return record === undefined ? undefined : modelOf(record);
}

export interface ModelsWriter {
  models(models: readonly Model[]): Appends;
  /** As if these had never been appended. */
  withdrawn(models: readonly Model[]): Appends;
  /** Says that all models that hold from before `time` on are there. */
  tick(time: number, closed?: boolean): Appends;
}

/** What is appended to the topic of models, which is made when it is missing. @throws LogError, AvroError */
export async function openModelsWriter({ log, registry }: OnLog, shop: string): Promise<ModelsWriter> {
  const spec = await madeModels(log, shop);
  const { name: topic, partitions } = spec;
  const serde = await openSerde<ChurnModel>(registry, `${topic}-value`, topics.models.schema);
  const ticks = await tickCodec(registry, topic);
  const append = (model: Model, encode: (record: ChurnModel) => Buffer | null) => {
    const record = recordOf(model);
    const key = Buffer.from(topics.models.key(record) ?? '');
    return { topic, partition: partitionOf(key, partitions), records: [{ key, value: encode(record) }] };
  };
  return {
    models: (models) => models.map((model) => append(model, (record) => serde.encode(record))),
    withdrawn: (models) => models.map((model) => append(model, () => null)),
    tick(time, closed = false) {
      const record = ticks.record({ writer: TRAINER, from: 0, of: 1, time, closed });
      return Array.from({ length: partitions }, (_, partition) => ({ topic, partition, records: [record] }));
    },
  };
}

/** Makes the topic where there is none: of one partition, as every task reads all of it. */
export async function madeModels(log: Log, shop: string): Promise<TopicSpec> {
  const { name, cleanup } = { name: physicalName(shop, topics.models.name), cleanup: topics.models.cleanup };
  const partitions = (await log.topics()).find((topic) => topic.name === name)?.partitions ?? 1;
  await log.create([{ name, partitions, cleanup }]);
  return { name, partitions, cleanup };
}
