import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs, { type KafkaConfig, type SASLOptions } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SecureKafka, startKafka, startSecureKafka } from './kafka.ts';
import { clusterView } from './kafka-metadata.ts';
import { readRecords, writeRecords } from './records.testing.ts';

/** Sessions of brokers must run out first. */
const soon = { timeout: 60_000 };

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-kafka-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function portOf(address: string | undefined): number {
  return Number(address?.split(':')[1]);
}

it('of three brokers, each can be killed, stopped and hung, and comes back', async () => {
  await using kafka = await startKafka({ dir, brokers: 3 });
  expect(kafka.bootstrap).toHaveLength(3);
  const seenBySecond = async () => (await clusterView(portOf(kafka.bootstrap[1])))?.brokers.toSorted();
  await expect.poll(seenBySecond, soon).toEqual([1, 2, 3]);

  await writeRecords(kafka.bootstrap, 'things', ['one', 'two']);
  await kafka.broker(1).kill();
  await expect.poll(seenBySecond, soon).toEqual([2, 3]);
  expect(await readRecords(kafka.bootstrap, 'things', 2)).toEqual(['one', 'two']);
  await kafka.broker(1).start();
  await expect.poll(seenBySecond, soon).toEqual([1, 2, 3]);

  await kafka.broker(3).stop();
  await expect.poll(seenBySecond, soon).toEqual([1, 2]);
  await kafka.broker(3).start();

  kafka.broker(3).pause();
  await expect.poll(seenBySecond, soon).toEqual([1, 2]);
  kafka.broker(3).resume();
  await expect.poll(seenBySecond, soon).toEqual([1, 2, 3]);
});

it('a cluster goes on with its data, on other ports, and only with as many brokers as it had', async () => {
  const first = await startKafka({ dir });
  const before = await clusterView(portOf(first.bootstrap[0]));
  await first.close();
  await using second = await startKafka({ dir });
  expect(second.bootstrap).not.toEqual(first.bootstrap);
  expect(await clusterView(portOf(second.bootstrap[0]))).toEqual(before);
  await second.close();
  await expect(startKafka({ dir, brokers: 3 })).rejects.toMatchObject({ code: 'CONFLICT' });
});

describe('a secure cluster', () => {
  let home = '';
  let kafka: SecureKafka;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'ebb-kafka-'));
    kafka = await startSecureKafka({ dir: home });
  });
  afterAll(async () => {
    await kafka.close();
    await rm(home, { recursive: true, force: true });
  });

  /** Asks for the cluster's brokers. */
  async function ask(brokers: readonly string[], how: Pick<KafkaConfig, 'sasl' | 'ssl'>): Promise<number> {
    const { Kafka, logLevel } = kafkajs;
    const admin = new Kafka({
      ...how,
      brokers: [...brokers],
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    }).admin();
    try {
      await admin.connect();
      return (await admin.describeCluster()).brokers.length;
    } finally {
      await admin.disconnect();
    }
  }

  it('shows a certificate that its own authority has signed, and takes one of a client', async () => {
    const { ca, client } = kafka.credentials;
    expect(await ask(kafka.secure.ssl, { ssl: { ca } })).toBe(1);
    expect(await ask(kafka.secure.ssl, { ssl: { ca, ...client } })).toBe(1);
    await expect(ask(kafka.secure.ssl, { ssl: true })).rejects.toThrow('unable to verify');
  });

  it('asks for a password, in clear and by challenge', async () => {
    const { user, ca } = kafka.credentials;
    const ways = (password: string): readonly SASLOptions[] => [
      { mechanism: 'plain', username: user.username, password },
      { mechanism: 'scram-sha-256', username: user.username, password },
      { mechanism: 'scram-sha-512', username: user.username, password },
    ];
    for (const sasl of ways(user.password)) {
      expect(await ask(kafka.secure.saslPlaintext, { sasl })).toBe(1);
      expect(await ask(kafka.secure.saslSsl, { sasl, ssl: { ca } })).toBe(1);
    }
    for (const sasl of ways('guessed'))
      await expect(ask(kafka.secure.saslPlaintext, { sasl })).rejects.toThrow('uthentication failed');
  });

  it('takes a token', async () => {
    const { token, ca } = kafka.credentials;
    const sasl: SASLOptions = {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => ({ value: token(Date.now()) }),
    };
    expect(await ask(kafka.secure.saslPlaintext, { sasl })).toBe(1);
    expect(await ask(kafka.secure.saslSsl, { sasl, ssl: { ca } })).toBe(1);
  });
});
