/** From a record's way in to the profile that counts it: 5,000 a second, commits every 100 ms. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Serde } from '../../src/avro/serde.ts';
import { physicalName } from '../../src/engine/topic.ts';
import type { Log } from '../../src/log/log.ts';
import { partitionOf } from '../../src/log/partition.ts';
import { type Profile, profiles, shop, type Transaction, transactions } from './workloads.ts';

const rate = 5_000;
/** Records sent at a time, each with the time of its own sending. */
const burst = 25;
const warmup = 5_000;
const measured = 20_000;

/** ms, of every profile that became visible. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

export async function latencyOf(
  log: Log,
  brokers: readonly string[],
  serdes: { readonly transactions: Serde<Transaction>; readonly profiles: Serde<Profile> },
): Promise<Latency> {
  const stop = new AbortController();
  const from = Date.now() + warmup;
  const taken: number[] = [];
  const reading = (async () => {
    const topic = physicalName(shop, profiles.name);
    for await (const { records } of log.read({ topic, from: 'end', signal: stop.signal })) {
      const now = Date.now();
      for (const { value } of records) {
        if (value === null) continue;
        const { last } = serdes.profiles.decode(value);
        if (last >= from && last < from + measured) taken.push(now - last);
      }
    }
  })();
  await produce(brokers, serdes.transactions, from + measured);
  await sleep(2_000);
  stop.abort();
  await reading;
  taken.sort((a, b) => a - b);
  const quantile = (share: number): number => taken[Math.floor((taken.length - 1) * share)] ?? Number.NaN;
  return { count: taken.length, p50: quantile(0.5), p99: quantile(0.99) };
}

/** As an outsider does: plain, idempotent, by kafkajs's own producer. */
async function produce(brokers: readonly string[], serde: Serde<Transaction>, until: number): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const topic = physicalName(shop, transactions.name);
  const started = Date.now();
  for (let sent = 0; Date.now() < until; ) {
    const due = ((Date.now() - started) / 1_000) * rate;
    const messages: { key: string; value: Buffer; partition: number }[] = [];
    for (; sent < due && messages.length < burst * 4; sent++) {
      const customerId = `LIVE-${String((sent * 7_919) % 50_000).padStart(6, '0')}`;
      const value = serde.encode(liveTransaction(customerId, sent, Date.now()));
      messages.push({ key: customerId, value, partition: partitionOf(customerId, 4) });
    }
    if (messages.length > 0) await producer.send({ topic, messages });
    if (sent >= due) await sleep(2);
  }
  await producer.disconnect();
}

function liveTransaction(customerId: string, number: number, timestamp: number): Transaction {
  return {
    eventId: `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`,
    customerId,
    timestamp,
    category: 'HOME',
    paymentMethod: 'CARD',
    gender: 'Male',
    age: 30,
    priceCents: 1_000,
    quantity: 1,
    totalCents: 1_000,
    returned: null,
  };
}
