/** Which range an idempotent sink puts next, committed to the log before it is put: DESIGN section 5. */
import { type FileBoundary, fileBoundarySchema } from '../../schemas/generated.ts';
import type { Registry } from '../../src/avro/registry.ts';
import { openSerde } from '../../src/avro/serde.ts';
import type { Log, Owned } from '../../src/log/log.ts';

export interface Boundaries {
  /** The last range that was committed for this partition of a topic, put or not. */
  last(topic: string, partition: number): Promise<FileBoundary | undefined>;
  /** @throws LogError FENCED when another owns the partition: the range must not be put then */
  commit(owned: Owned, boundary: FileBoundary): Promise<void>;
}

/** `<shop>.<sink>.boundaries`: compacted, one partition, as it has one small record per partition of a topic. */
export function boundaryTopic(shop: string, sink: string): string {
  return `${shop}.${sink}.boundaries`;
}

/** Opens a sink's boundaries; creates their topic. */
export async function openBoundaries(log: Log, registry: Registry, shop: string, sink: string): Promise<Boundaries> {
  const name = boundaryTopic(shop, sink);
  await log.create([{ name, partitions: 1, cleanup: 'compact' }]);
  const serde = await openSerde<FileBoundary>(registry, `${name}-value`, fileBoundarySchema);
  return {
    async last(topic, partition) {
      const wanted = keyOf(topic, partition);
      let last: FileBoundary | undefined;
      for await (const batch of log.read({ topic: name, partition: 0, from: 'start', to: 'end' })) {
        const values = batch.records.filter((record) => record.key?.toString() === wanted).map(({ value }) => value);
        await serde.prepare(values);
        const value = values.at(-1);
        // A tombstone: its files were taken away.
        if (value === null) last = undefined;
        else if (value !== undefined) last = serde.decode(value);
      }
      return last;
    },
    async commit(owned, boundary) {
      const key = Buffer.from(keyOf(boundary.topic, boundary.partition));
      const records = [{ key, value: serde.encode(boundary) }];
      await owned.commit({ appends: [{ topic: name, partition: 0, records }], positions: {} });
    },
  };
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
