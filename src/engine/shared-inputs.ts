import type { Serde } from '../avro/serde.ts';
import { physicalName, type RecordSchema, type TopicVersions } from './topic.ts';
import { type Topology, topicOf } from './topology.ts';

/** Gives topologies of one process that read the same topic the same serde, so that each record is decoded once for all. A topology must not change the values that it is given: others see them too. */
export interface SharedInputs {
  /** `undefined` where nobody else reads the topic. */
  serde(topic: {
    readonly physical: string;
    readonly topic: { readonly schema: RecordSchema };
    readonly serde: Serde<unknown>;
  }): Serde<unknown> | undefined;
}

export function sharedInputs(
  shop: string,
  topologies: readonly Topology[],
  versions: TopicVersions = new Map(),
): SharedInputs {
  const readers = new Map<string, number>();
  for (const { from } of topologies) {
    for (const input of Object.values(from)) {
      const topic = topicOf(input).name;
      const name = physicalName(shop, topic, versions.get(topic));
      readers.set(name, (readers.get(name) ?? 0) + 1);
    }
  }
  const serdes = new Map<string, Serde<unknown>>();
  return {
    serde({ physical, topic, serde }) {
      if ((readers.get(physical) ?? 0) < 2) return undefined;
      // Topologies of different versions may read one topic into different schemas.
      const key = `${physical} ${JSON.stringify(topic.schema)}`;
      const shared = serdes.get(key) ?? remembering(serde);
      serdes.set(key, shared);
      return shared;
    },
  };
}

/** Values are readonly, and the log hands the same bytes to all its readers: where they lie is what they say. */
function remembering(serde: Serde<unknown>): Serde<unknown> {
  // By blob, as a weak reference for every record would keep the garbage collector busy.
  const blobs = new WeakMap<ArrayBufferLike, Map<number, unknown>>();
  let lastBlob: ArrayBufferLike | undefined;
  let last = new Map<number, unknown>();
  return {
    id: serde.id,
    encode: (value) => serde.encode(value),
    prepare: (values) => serde.prepare(values),
    decode(bytes) {
      const { buffer, byteOffset } = bytes;
      if (buffer !== lastBlob) {
        last = blobs.get(buffer) ?? new Map();
        blobs.set(buffer, last);
        lastBlob = buffer;
      }
      const known = last.get(byteOffset);
      if (known !== undefined) return known;
      const value = serde.decode(bytes);
      last.set(byteOffset, value);
      return value;
    },
  };
}
