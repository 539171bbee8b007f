import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { beforeAll, expect, it } from 'vitest';
import { testFolder } from './data-folder.testing.ts';
import { type Outcome, trainingUnderWay, undisturbed } from './training-under-way.testing.ts';

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;
const folder = testFolder();
const settingsOf = (shop: string) => ({
  ...{ EBB_BROKERS, EBB_REGISTRY, EBB_DATA: join(folder, shop) },
  ...{ EBB_SESSION_TIMEOUT: '6000', EBB_TRANSACTION_TIMEOUT: '10000' },
});

let calm: Outcome;
beforeAll(async () => {
  calm = await undisturbed(folder);
}, 120_000);

it('a training whose process is frozen until others have its partition is done by another, and lands once', async () => {
  const shop = `frozen-${process.pid}`;
  await using training = await trainingUnderWay(folder, shop, settingsOf(shop));
  training.trains.child.kill('SIGSTOP');
  expect(await training.committed()).toBe(false);
  while (!(await training.committed())) await sleep(100);
  training.trains.child.kill('SIGCONT');
  expect(await training.finish()).toEqual(calm);
}, 240_000);

it('a training whose process is fenced at its commit is done anew, and lands once', async () => {
  const shop = `fenced-${process.pid}`;
  await using training = await trainingUnderWay(folder, shop, settingsOf(shop));
  await fence(`ebb.${training.group}.0`);
  expect(await training.committed()).toBe(false);
  expect(await training.finish()).toEqual(calm);
}, 240_000);

/** Takes a transactional id over, as whoever takes its partition over does. */
async function fence(transactionalId: string): Promise<void> {
  const kafka = new Kafka({ brokers: EBB_BROKERS.split(','), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  await (await producer.transaction()).abort();
  await producer.disconnect();
}
