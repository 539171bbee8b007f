/** Which range an idempotent sink puts next, committed to the log before it is put: DESIGN section 5. */
import { type DeadLetter, deadLetterSchema, type FileBoundary, fileBoundarySchema } from '../../schemas/generated.ts';
import type { Registry } from '../../src/avro/registry.ts';
import { openSerde } from '../../src/avro/serde.ts';
import type { Append, Log, Owned } from '../../src/log/log.ts';

export interface Boundaries {
  /** The last range that was committed for this partition of a topic, put or not. */
  last(topic: string, partition: number): Promise<FileBoundary | undefined>;
  /** @throws LogError FENCED when another owns the partition: the range must not be put then */
  commit(owned: Owned, boundary: FileBoundary, refused: readonly DeadLetter[]): Promise<void>;
}

/** `<shop>.<sink>.boundaries`: compacted, one partition, as it has one small record per partition of a topic. */
export function boundaryTopic(shop: string, sink: string): string {
  return `${shop}.${sink}.boundaries`;
}

/** `<shop>.<sink>.dead`: records that do not read as what their topic holds. One partition, as they are few. */
export function refusedTopic(shop: string, sink: string): string {
  return `${shop}.${sink}.dead`;
}

/** Makes the topics of a sink's own, when they are missing. */
export async function createOwnTopics(log: Log, shop: string, sink: string): Promise<void> {
  await log.create([
    { name: boundaryTopic(shop, sink), partitions: 1, cleanup: 'compact' },
    { name: refusedTopic(shop, sink), partitions: 1, cleanup: 'delete' },
  ]);
}

/** The last range of every partition that a sink of files has begun to put, where it has run. */
export async function boundariesIn(
  log: Log,
  registry: Registry,
  shop: string,
  sink: string,
): Promise<readonly FileBoundary[]> {
  const name = boundaryTopic(shop, sink);
  if (!(await log.topics()).some((topic) => topic.name === name)) return [];
  const serde = await openSerde<FileBoundary>(registry, `${name}-value`, fileBoundarySchema);
  const values = [...(await lastOfEach(log, name)).values()];
  await serde.prepare(values);
  return values.map((value) => serde.decode(value));
}

/** By topic and partition, as they are on the log. */
async function lastOfEach(log: Log, name: string): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const { records } of log.read({ topic: name, partition: 0, from: 'start', to: 'end' })) {
    for (const { key, value } of records) {
      const place = key?.toString() ?? '';
      // A tombstone: its files were taken away.
      if (value === null) found.delete(place);
      else found.set(place, value);
    }
  }
  return found;
}

/** Opens a sink's boundaries; creates the topics of its own. */
export async function openBoundaries(log: Log, registry: Registry, shop: string, sink: string): Promise<Boundaries> {
  await createOwnTopics(log, shop, sink);
  const name = boundaryTopic(shop, sink);
  const serde = await openSerde<FileBoundary>(registry, `${name}-value`, fileBoundarySchema);
  const dead = refusedTopic(shop, sink);
  const letters = await openSerde<DeadLetter>(registry, `${dead}-value`, deadLetterSchema);
  return {
    async last(topic, partition) {
      const value = (await lastOfEach(log, name)).get(keyOf(topic, partition));
      if (value === undefined) return undefined;
      await serde.prepare([value]);
      return serde.decode(value);
    },
    async commit(owned, boundary, refused) {
      const key = Buffer.from(keyOf(boundary.topic, boundary.partition));
      const records = [{ key, value: serde.encode(boundary) }];
      const appends: Append[] = [{ topic: name, partition: 0, records }];
      if (refused.length > 0) {
        const said = refused.map((letter) => ({ key: letter.key, value: letters.encode(letter) }));
        appends.push({ topic: dead, partition: 0, records: said });
      }
      await owned.commit({ appends, positions: {} });
    },
  };
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
