import { type SourcePosition, sourcePositionSchema } from '../../schemas/generated.ts';
import type { Registry } from '../../src/avro/registry.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { physicalName, type Topic, topic } from '../../src/engine/topic.ts';
import type { Append, Log, TopicSpec } from '../../src/log/log.ts';

/** How far every source of a shop has been read: one partition, compacted, keyed by source id. */
export const sources: Topic<SourcePosition> = topic({
  name: 'sources',
  schema: sourcePositionSchema,
  key: (position) => position.source,
  cleanup: 'compact',
});

/** The topic `sources` of a shop, as the log is asked to create it. */
export function sourcesSpec(shop: string): TopicSpec {
  return { name: physicalName(shop, sources.name), partitions: 1, cleanup: sources.cleanup };
}

/** The group that a source's runner joins on `sources`, so that two processes reading one source fence each other. */
export function sourceGroup(shop: string, sourceId: string): string {
  return `${shop}.source.${sourceId}`;
}

/** The positions of one shop's sources. */
export interface SourcePositions {
  /** The last committed position of a source; `undefined`: it has never been read. Read it while owning the source's group. */
  last(sourceId: string): Promise<SourcePosition | undefined>;
  /** A position as an append, to be committed together with the rows that it counts. */
  append(position: SourcePosition): Append;
}

/** @throws AvroError, and LogError UNKNOWN_TOPIC from `last` when the topic has not been created */
export async function openPositions(log: Log, registry: Registry, shop: string): Promise<SourcePositions> {
  const name = sourcesSpec(shop).name;
  const serde = await openSerde<SourcePosition>(registry, `${name}-value`, sources.schema);
  return {
    async last(sourceId) {
      let last: SourcePosition | undefined;
      for await (const batch of log.read({ topic: name, from: 'start', to: 'end' })) {
        const own = batch.records.filter(({ key }) => key !== null && key.toString() === sourceId);
        await serde.prepare(own.map(({ value }) => value));
        for (const { value } of own) last = value === null ? undefined : serde.decode(value);
      }
      return last;
    },
    append: (position) => ({
      topic: name,
      partition: 0,
      records: [{ key: Buffer.from(position.source), value: serde.encode(position) }],
    }),
  };
}
