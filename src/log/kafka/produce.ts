/** The requests of a transactional producer that kafkajs lacks or is slow at: Produce (version 7) of encoded batches, and InitProducerId (version 4), which can raise our own epoch without fencing a successor. */
import type { Broker } from 'kafkajs/src/cluster/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import protocolErrors from 'kafkajs/src/protocol/error.js';
import { compact } from './offsets.ts';
import type { Producer } from './record-batch.ts';

export interface ProduceOf {
  readonly topic: string;
  readonly partition: number;
  /** One record batch. */
  readonly batch: Buffer;
}

export interface Produced {
  readonly topic: string;
  readonly partition: number;
  /** 0: written. */
  readonly error: number;
}

/** ms for the replicas to have it. */
const acknowledged = 10_000;

/** Sends at most one batch for each partition, and waits until all in-sync replicas have them. @throws kafkajs's errors when the broker does not answer */
export function produceTo(
  broker: Broker,
  transactionalId: string,
  batches: readonly ProduceOf[],
): Promise<readonly Produced[]> {
  return broker.connectionPool.send({
    request: {
      apiKey: 0,
      apiVersion: 7,
      apiName: 'Produce',
      encode: async () => {
        const room = batches.reduce((sum, { topic, batch }) => sum + batch.length + topic.length * 3 + 20, 64);
        const request = new Encoder(room + transactionalId.length).writeString(transactionalId).writeInt16(-1);
        const byTopic = Map.groupBy(batches, ({ topic }) => topic);
        request.writeInt32(acknowledged).writeInt32(byTopic.size);
        for (const [topic, parts] of byTopic) {
          request.writeString(topic).writeInt32(parts.length);
          for (const { partition, batch } of parts) {
            request.writeInt32(partition).writeInt32(batch.length);
            request.writeBufferInternal(batch);
          }
        }
        return request;
      },
    },
    response: { decode: async (payload: Buffer) => decodeProduced(payload), parse: async (produced) => produced },
  });
}

function decodeProduced(bytes: Buffer): readonly Produced[] {
  const produced: Produced[] = [];
  const topics = bytes.readInt32BE(0);
  let at = 4;
  for (let topicIndex = 0; topicIndex < topics; topicIndex++) {
    const length = bytes.readInt16BE(at);
    const topic = bytes.toString('utf8', at + 2, at + 2 + length);
    const partitions = bytes.readInt32BE(at + 2 + length);
    at += 6 + length;
    for (let index = 0; index < partitions; index++) {
      produced.push({ topic, partition: bytes.readInt32BE(at), error: bytes.readInt16BE(at + 4) });
      // Base offset, append time and start offset follow.
      at += 30;
    }
  }
  return produced;
}

/**
 * The producer id and epoch of a transactional id; its open transaction is aborted, and every earlier epoch fenced.
 * `current`: only raises the epoch if it is still that one, and is itself fenced if it is not (KIP-360).
 * @throws kafkajs's protocol errors
 */
export function initProducer(
  coordinator: Broker,
  transactionalId: string,
  timeout: number,
  current: Producer | undefined,
): Promise<Producer> {
  return coordinator.connectionPool.send({
    request: {
      apiKey: 22,
      apiVersion: 4,
      apiName: 'InitProducerId',
      encode: async () => {
        const id = compact(transactionalId);
        const request = new Encoder(id.length + 32);
        // From version 2 on headers and bodies end with a list of tagged fields, here empty, and strings are compact.
        request.writeInt8(0);
        request.writeBufferInternal(id);
        return request
          .writeInt32(timeout)
          .writeInt64(`${current?.id ?? -1n}`)
          .writeInt16(current?.epoch ?? -1)
          .writeInt8(0);
      },
    },
    response: {
      decode: async (payload: Buffer) => ({
        error: payload.readInt16BE(5),
        id: payload.readBigInt64BE(7),
        epoch: payload.readInt16BE(15),
      }),
      parse: async ({ error, id, epoch }) => {
        if (error === PRODUCER_FENCED) throw protocolErrors.createErrorFromCode(INVALID_PRODUCER_EPOCH);
        if (error !== 0) throw protocolErrors.createErrorFromCode(error);
        return { id, epoch };
      },
    },
    logResponseError: false,
  });
}

/** kafkajs does not know the newer name of the same thing. */
const PRODUCER_FENCED = 90;
const INVALID_PRODUCER_EPOCH = 47;
