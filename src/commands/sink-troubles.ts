import { type SinkTrouble, sinkTroubleSchema } from '../../schemas/generated.ts';
import type { Registry } from '../avro/registry.ts';
import { openSerde } from '../avro/serde.ts';
import { physicalName } from '../engine/topic.ts';
import { type Log, LogError } from '../log/log.ts';
import { sparing } from '../operations/sparing.ts';

/** ms between two records about the same partition of a sink. */
const EVERY = 30_000;

const topicOf = (shop: string): string => physicalName(shop, 'sink-troubles');
const keyOf = ({ sink, topic, partition }: SinkTrouble): string => `${sink}/${topic ?? ''}/${partition ?? ''}`;

/** Keeps the newest trouble of each partition of a sink on the log, for `ebb sink status`, wherever it is asked. */
export function sinkTroubles(log: Log, registry: Registry, shop: string, now: () => number) {
  const spare = sparing(EVERY);
  return async (trouble: Omit<SinkTrouble, 'at'>): Promise<void> => {
    const at = now();
    const one: SinkTrouble = { ...trouble, at };
    const key = keyOf(one);
    if (spare.may(`${key} ${one.code} ${one.fatal}`, at) === undefined) return;
    try {
      const name = topicOf(shop);
      await log.create([{ name, partitions: 1, cleanup: 'compact' }]);
      const serde = await openSerde<SinkTrouble>(registry, `${name}-value`, sinkTroubleSchema);
      await log.append([{ topic: name, partition: 0, records: [{ key: Buffer.from(key), value: serde.encode(one) }] }]);
    } catch (error) {
      // The log itself may be the trouble, and whoever runs the sink logs it anyway.
      if (!(error instanceof LogError)) throw error;
    }
  };
}

/** By sink, topic and partition, the newest of each. */
export async function troublesOf(log: Log, registry: Registry, shop: string): Promise<readonly SinkTrouble[]> {
  const name = topicOf(shop);
  if (!(await log.topics()).some((topic) => topic.name === name)) return [];
  const serde = await openSerde<SinkTrouble>(registry, `${name}-value`, sinkTroubleSchema);
  const found = new Map<string, SinkTrouble>();
  for await (const { records } of log.read({ topic: name, from: 'start', to: 'end' })) {
    await serde.prepare(records.map(({ value }) => value));
    for (const { value } of records) {
      if (value === null) continue;
      const one = serde.decode(value);
      found.set(keyOf(one), one);
    }
  }
  return [...found.values()];
}
