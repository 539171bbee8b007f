import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Kafka, startKafka } from '../../scripts/stack/kafka.ts';
import { logContract } from './contract.ts';
import { topicOf } from './contract-harness.ts';
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
  const client = new kafkajs.Kafka({ brokers: [...kafka.bootstrap], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: ['kept'] });
  const { resources } = await admin.describeConfigs({
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: 'kept', configNames: ['min.insync.replicas'] }],
    includeSynonyms: false,
  });
  await admin.disconnect();
  expect(topics[0]?.partitions.map(({ replicas }) => replicas.toSorted())).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
  expect(resources[0]?.configEntries[0]?.configValue).toBe('2');
});
