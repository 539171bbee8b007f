/** Records into a topic and out of it, as any client would. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';

const { Kafka, logLevel } = kafkajs;

function client(brokers: readonly string[]) {
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 12 } });
}

/** Creates the topic, with as many replicas as the cluster gives by itself, and writes to its one partition. */
export async function writeRecords(
  brokers: readonly string[],
  topic: string,
  values: readonly string[],
): Promise<void> {
  const kafka = client(brokers);
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: -1 }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

/** The first `count` records of the topic. */
export async function readRecords(
  brokers: readonly string[],
  topic: string,
  count: number,
): Promise<readonly string[]> {
  const consumer = client(brokers).consumer({ groupId: randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((done, failed) => {
    // It starts again by itself where that may help, as while a group's coordinator moves.
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || failed(payload.error));
    const eachMessage = async ({ message }: { readonly message: { readonly value: Buffer | null } }): Promise<void> => {
      values.push(message.value?.toString() ?? '');
      if (values.length >= count) done();
    };
    consumer.run({ eachMessage }).catch(failed);
  });
  await consumer.disconnect();
  return values;
}
