import { topics } from '../../schemas/topics.ts';
import { openSerde } from '../avro/serde.ts';
import type { Model } from '../churn/model.ts';
import { recordOf } from '../churn/model-record.ts';
import { BEGINNING, tickCodec } from '../engine/tick.ts';
import { physicalName } from '../engine/topic.ts';
import type { NewRecord } from '../log/log.ts';
import { configOf } from './command.ts';
import { openWorkplace } from './workplace.ts';

/** For tests: writes models into a shop's topic as a trainer would who is done then, before topologies run. */
export async function putModels(data: string, shop: string, models: readonly Model[]): Promise<void> {
  await using place = await openWorkplace(configOf({ data }));
  const topic = physicalName(shop, topics.models.name);
  await place.log.create([{ name: topic, partitions: 1, cleanup: 'compact' }]);
  const serde = await openSerde(place.registry, `${topic}-value`, topics.models.schema);
  const ticks = await tickCodec(place.registry, topic);
  const tick = (time: number, closed: boolean): NewRecord =>
    ticks.record({ writer: 'trainer', from: 0, of: 1, time, closed });
  const records = models.flatMap((model): NewRecord[] => {
    const record = recordOf(model);
    return [
      tick(model.inForceFrom, false),
      { key: Buffer.from(topics.models.key(record) ?? ''), value: serde.encode(record) },
    ];
  });
  const end = Math.max(...models.map(({ inForceFrom }) => inForceFrom));
  await place.log.append([{ topic, partition: 0, records: [tick(BEGINNING, false), ...records, tick(end, true)] }]);
}
