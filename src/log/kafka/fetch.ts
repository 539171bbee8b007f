/** The Fetch request (version 11) of several partitions, and its answer without an object per field: hot path. */
import type { Broker } from 'kafkajs/src/cluster/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import type { Aborted } from './record-batch.ts';

export interface FetchOf {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Fetched {
  readonly topic: string;
  readonly partition: number;
  readonly error: number;
  /** Offset that the partition's next record gets, committed or not. */
  readonly end: number;
  /** Offset before which everything is decided: committed or aborted. */
  readonly stable: number;
  /** First offset still there. */
  readonly start: number;
  readonly aborted: readonly Aborted[];
  /** Record batches; the last one may be cut off. */
  readonly bytes: Buffer;
}

export interface FetchLimits {
  /** ms to wait at the broker for the first record. */
  readonly wait: number;
  /** Of compressed batches, per partition. One batch that is larger comes all the same. */
  readonly partitionBytes: number;
  readonly bytes: number;
}

const readCommitted = 1;

/** Fetches what is committed. @throws kafkajs's errors when the broker does not answer; errors of partitions are in the results */
export function fetchFrom(
  broker: Broker,
  wanted: readonly FetchOf[],
  limits: FetchLimits,
): Promise<readonly Fetched[]> {
  return broker.connectionPool.send({
    request: {
      apiKey: 1,
      apiVersion: 11,
      apiName: 'Fetch',
      encode: async () => encodeRequest(wanted, limits),
    },
    response: { decode: async (payload: Buffer) => decodeResponse(payload), parse: async (fetched) => fetched },
    requestTimeout: limits.wait + 10_000,
  });
}

function encodeRequest(wanted: readonly FetchOf[], { wait, partitionBytes, bytes }: FetchLimits): Encoder {
  const byTopic = Map.groupBy(wanted, ({ topic }) => topic);
  const request = new Encoder()
    .writeInt32(-1)
    .writeInt32(wait)
    .writeInt32(1)
    .writeInt32(bytes)
    .writeInt8(readCommitted)
    // No fetch session.
    .writeInt32(0)
    .writeInt32(-1)
    .writeInt32(byTopic.size);
  for (const [topic, partitions] of byTopic) {
    request.writeString(topic).writeInt32(partitions.length);
    for (const { partition, offset } of partitions) {
      request.writeInt32(partition).writeInt32(-1).writeInt64(`${offset}`).writeInt64('-1').writeInt32(partitionBytes);
    }
  }
  return request.writeInt32(0).writeString('');
}

function decodeResponse(bytes: Buffer): readonly Fetched[] {
  const fetched: Fetched[] = [];
  // Throttle time, error and session come first; without a session the error is each partition's.
  let at = 10;
  const topics = bytes.readInt32BE(at);
  at += 4;
  for (let topicIndex = 0; topicIndex < topics; topicIndex++) {
    const length = bytes.readInt16BE(at);
    const topic = bytes.toString('utf8', at + 2, at + 2 + length);
    const partitions = bytes.readInt32BE(at + 2 + length);
    at += 6 + length;
    for (let index = 0; index < partitions; index++) {
      const partition = bytes.readInt32BE(at);
      const error = bytes.readInt16BE(at + 4);
      const end = Number(bytes.readBigInt64BE(at + 6));
      const stable = Number(bytes.readBigInt64BE(at + 14));
      const start = Number(bytes.readBigInt64BE(at + 22));
      const count = bytes.readInt32BE(at + 30);
      at += 34;
      const aborted: Aborted[] = [];
      for (let one = 0; one < count; one++) {
        aborted.push({ producer: bytes.readBigInt64BE(at), first: Number(bytes.readBigInt64BE(at + 8)) });
        at += 16;
      }
      const size = Math.max(0, bytes.readInt32BE(at + 4));
      at += 8;
      fetched.push({ topic, partition, error, end, stable, start, aborted, bytes: bytes.subarray(at, at + size) });
      at += size;
    }
  }
  return fetched;
}
