import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Kafka, startKafka } from '../../scripts/stack/kafka.ts';
import { logContract } from './contract.ts';
import { appendOf, textsOf, topicOf } from './contract-harness.ts';
import { emptyKafkaLog } from './kafka-contract.testing.ts';

let dir = '';
let kafka: Kafka;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-cluster-'));
  kafka = await startKafka({ dir, brokers: 3 });
});
afterAll(async () => {
  await kafka?.close();
  await rm(dir, { recursive: true, force: true });
});

logContract('three brokers', () => emptyKafkaLog(kafka.bootstrap));

it('topics are kept by three brokers, and a record counts when two have it', async () => {
  const { log, close } = await emptyKafkaLog(kafka.bootstrap);
  await log.create([topicOf('kept', 2)]);
  await close();
  const { replicas, inSync } = await keptBy('kept');
  expect(replicas).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
  expect(inSync).toBe('2');
});

it('topics that are made while one of three brokers is away are kept by three all the same', async () => {
  const { log, another, close } = await emptyKafkaLog(kafka.bootstrap);
  await log.create([topicOf('before')]);
  await kafka.broker(2).kill();
  // It knows of no other broker than those that are there.
  const making = (await another()).create([topicOf('meanwhile')]);
  making.catch(() => undefined);
  await kafka.broker(2).start();
  await making;
  await close();
  expect((await keptBy('meanwhile')).replicas).toEqual([[1, 2, 3]]);
});

it('a broker that hangs is passed over by who comes and by who is there', async () => {
  const { log, another, close } = await emptyKafkaLog(kafka.bootstrap);
  await log.create([topicOf('things')]);
  kafka.broker(1).pause();
  try {
    const newcomer = await another();
    expect((await newcomer.topics()).map(({ name }) => name)).toEqual(['things']);
    await log.append([appendOf('things', 0, 'k=1')]);
    expect(await textsOf(newcomer, 'things')).toEqual(['k=1']);
  } finally {
    kafka.broker(1).resume();
  }
  await close();
});

async function keptBy(name: string) {
  const client = new kafkajs.Kafka({ brokers: [...kafka.bootstrap], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  const { resources } = await admin.describeConfigs({
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: ['min.insync.replicas'] }],
    includeSynonyms: false,
  });
  await admin.disconnect();
  return {
    replicas: topics[0]?.partitions.map(({ replicas }) => replicas.toSorted()),
    inSync: resources[0]?.configEntries[0]?.configValue,
  };
}
