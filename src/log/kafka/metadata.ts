/** Metadata (version 4) as one broker knows it: kafkajs's own fails as a whole when a topic or a partition is not all right. */
import type { Broker } from 'kafkajs/src/cluster/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';

export interface Known {
  readonly partitions: number;
  /** Of each partition, those on brokers that are away now among them. */
  readonly replicas: number;
  /** Whether every partition has a leader. */
  readonly led: boolean;
}

/** Topics by name, without those that the broker does not know: it may not have heard of them yet. @param names omitted: all there are */
export function topicsKnownTo(broker: Broker, names?: readonly string[]): Promise<ReadonlyMap<string, Known>> {
  return broker.connectionPool.send({
    request: {
      apiKey: 3,
      apiVersion: 4,
      apiName: 'Metadata',
      encode: async () => {
        const request = new Encoder().writeInt32(names?.length ?? -1);
        for (const name of names ?? []) request.writeString(name);
        // Asking makes no topics.
        return request.writeInt8(0);
      },
    },
    response: { decode: async (payload: Buffer) => decodeTopics(payload), parse: async (topics) => topics },
  });
}

function decodeTopics(bytes: Buffer): ReadonlyMap<string, Known> {
  let at = 4;
  const int16 = (): number => {
    at += 2;
    return bytes.readInt16BE(at - 2);
  };
  const int32 = (): number => {
    at += 4;
    return bytes.readInt32BE(at - 4);
  };
  const skipInt32s = (count: number): void => {
    at += 4 * count;
  };
  const text = (): string => {
    const length = Math.max(0, int16());
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  for (let brokers = int32(); brokers > 0; brokers--) {
    // Id, host, port, rack.
    int32();
    text();
    int32();
    text();
  }
  // The cluster's id, and its controller.
  text();
  int32();
  const topics = new Map<string, Known>();
  for (let left = int32(); left > 0; left--) {
    const error = int16();
    const name = text();
    at += 1;
    const partitions = int32();
    let led = true;
    let replicas = 0;
    for (let partition = 0; partition < partitions; partition++) {
      at += 2 + 4;
      if (int32() < 0) led = false;
      replicas = int32();
      skipInt32s(replicas);
      // Those in sync.
      skipInt32s(int32());
    }
    if (error === 0) topics.set(name, { partitions, replicas, led });
  }
  return topics;
}
