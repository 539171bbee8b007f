import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startKafka, startSecureKafka } from './kafka.ts';
import { clusterView } from './kafka-metadata.ts';

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

  // The first is also the controller to begin with.
  await kafka.broker(1).kill();
  await expect.poll(seenBySecond, soon).toEqual([2, 3]);
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

it('a secure cluster shows a certificate that its own authority has signed', async () => {
  await using kafka = await startSecureKafka({ dir });
  const { ca, client } = kafka.credentials;
  for (const address of [...kafka.secure.ssl, ...kafka.secure.saslSsl]) {
    const socket = connect({ host: '127.0.0.1', port: portOf(address), ca, ...client });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.destroy();
  }
});
