/**
 * On a real Kafka broker, exactly once: W1 closes hourly windows per category, W2 keeps a profile per customer, 2 million
 * records each, checked record by record; then the time from a record to its result. The ceiling is kafkajs's consumer that
 * reads and does nothing.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka } from '../scripts/stack/kafka.ts';
import { startRegistry } from '../scripts/stack/registry.ts';
import { openConfluentRegistry } from '../src/avro/confluent-registry.ts';
import { openSerde, type Serde } from '../src/avro/serde.ts';
import { physicalName, type Topic } from '../src/engine/topic.ts';
import { openKafkaLog } from '../src/log/kafka.ts';
import type { Log, NewRecord } from '../src/log/log.ts';
import { partitionOf } from '../src/log/partition.ts';
import { start, type Took } from './kafka/child.ts';
import { type Expected, transactionsOf } from './kafka/input.ts';
import { latencyOf } from './kafka/latency.ts';
import { type Hour, hours, type Profile, profiles, shop, type Transaction, transactions } from './kafka/workloads.ts';
import type { Measured } from './measure.ts';
import { megabytes, printTable, type Row } from './table.ts';

const count = Number(process.env.EBB_BENCH_RECORDS ?? 2_000_000);
const rounds = Number(process.env.EBB_BENCH_ROUNDS ?? 1);
const partitions = 4;
const perAppend = 20_000;

async function benchKafka(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'ebb-bench-kafka-'));
  try {
    await using kafka = await startKafka({ dir });
    await using registry = await startRegistry({ dir });
    await using schemas = await openConfluentRegistry({ url: registry.url });
    await using log = openKafkaLog({ brokers: kafka.bootstrap, compression: 'none' });
    const environment = { EBB_BROKERS: kafka.bootstrap.join(), EBB_REGISTRY: registry.url };
    const serdeOf = <T extends object>(topic: Topic<T>): Promise<Serde<T>> =>
      openSerde<T>(schemas, `${physicalName(shop, topic.name)}-value`, topic.schema);
    const serde = await serdeOf(transactions);
    const input = physicalName(shop, transactions.name);
    const expected: Expected = { hours: new Map(), profiles: new Map() };
    await load(log, serde, input, expected);

    const rows: Row[] = [];
    for (let round = 0; round < rounds; round++) {
      const bare = await start('bare.ts', [input, `${count}`], environment).took;
      rows.push({ what: 'kafkajs alone, no decoding', measured: measuredOf(bare), ceiling: measuredOf(bare) });
      const w1 = await start('worker.ts', ['w1', 'leave', '1000'], environment).took;
      rows.push(row('W1: hourly windows, final rows', w1, bare, await checkHours(log, await serdeOf(hours), expected)));
      const w2 = await start('worker.ts', ['w2', 'leave', '1000'], environment).took;
      rows.push(row('W2: profiles', w2, bare, await checkProfiles(log, await serdeOf(profiles), expected)));
      if (round + 1 < rounds) await forget(log);
    }
    const staying = start('worker.ts', ['w2', 'stay', '100'], environment);
    await sleep(3_000);
    const latency = await latencyOf(log, kafka.bootstrap, { transactions: serde, profiles: await serdeOf(profiles) });
    staying.process.kill('SIGTERM');
    await Promise.all([once(staying.process, 'close'), staying.took]);
    const timing = `at 5,000 records/s and commits every 100 ms, record to profile: p50 ${latency.p50} ms, p99 ${latency.p99} ms of ${latency.count}`;
    printTable(
      'kafka',
      rows,
      `exactly once, one process with its start, commits every 1 s; ${timing}`,
      'of kafkajs alone',
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function load(log: Log, serde: Serde<Transaction>, topic: string, expected: Expected): Promise<void> {
  await log.create([{ name: topic, partitions, cleanup: 'delete' }]);
  let waiting: NewRecord[][] = Array.from({ length: partitions }, () => []);
  let held = 0;
  const flush = async (): Promise<void> => {
    await log.append(waiting.map((records, partition) => ({ topic, partition, records })));
    waiting = Array.from({ length: partitions }, () => []);
    held = 0;
  };
  for (const transaction of transactionsOf(count, expected)) {
    const key = transaction.customerId;
    // The serde's slab lives as long as any part of it: these are gone soon.
    waiting[partitionOf(key, partitions)]?.push({ key: Buffer.from(key), value: serde.encode(transaction) });
    held++;
    if (held === perAppend) await flush();
  }
  await flush();
}

function row(what: string, took: Took, bare: Took, wrong: number): Row {
  const { commits } = took;
  const commit =
    commits === undefined ? '' : `, commits p50 ${commits.p50.toFixed(0)} ms p99 ${commits.p99.toFixed(0)} ms`;
  const verdict = wrong === 0 ? 'exact' : `${wrong} ROWS WRONG`;
  const beside = `${took.cpu.toFixed(1)} CPU s, ${megabytes(took.rss)}${commit}, ${verdict}`;
  if (wrong > 0) process.exitCode = 1;
  return { what, measured: measuredOf(took), ceiling: measuredOf(bare), beside };
}

function measuredOf({ seconds, cpu }: Took): Measured {
  return { records: count, seconds, cpu };
}

/** Rows that are missing, wrong, or there twice. Windows that the input does not close have no row. */
async function checkHours(log: Log, serde: Serde<Hour>, { hours: expected }: Expected): Promise<number> {
  const left = new Map(expected);
  let wrong = 0;
  for await (const { records } of log.read({ topic: physicalName(shop, hours.name), from: 'start', to: 'end' })) {
    for (const { value } of records) {
      if (value === null) continue;
      const hour = serde.decode(value);
      const key = `${hour.category},${hour.windowStart}`;
      const sums = [hour.count, hour.total, hour.quantity, hour.returns, hour.minPrice, hour.maxPrice];
      if (left.get(key)?.join() !== sums.join()) wrong++;
      left.delete(key);
    }
  }
  // The last eleven minutes of disorder and grace keep the last hours open.
  const starts = [...expected.keys()].map((key) => Number(key.split(',')[1]));
  const open = new Set(starts.filter((windowStart) => windowStart >= Math.max(...starts) - 3_600_000));
  return wrong + [...left.keys()].filter((key) => !open.has(Number(key.split(',')[1]))).length;
}

async function checkProfiles(log: Log, serde: Serde<Profile>, { profiles: expected }: Expected): Promise<number> {
  const found = new Map<string, string>();
  for await (const { records } of log.read({ topic: physicalName(shop, profiles.name), from: 'start', to: 'end' })) {
    for (const { value } of records) {
      if (value === null) continue;
      const { customer, count: purchases, sum, last, card, cash, wallet } = serde.decode(value);
      found.set(customer, [purchases, sum, last, card, cash, wallet].join());
    }
  }
  return [...expected].filter(([customer, sums]) => found.get(customer) !== sums.join()).length;
}

/** For the next round: results and state, not the input. */
async function forget(log: Log): Promise<void> {
  await log.forget([...(await log.positions()).keys()].filter((group) => group.startsWith(`${shop}.`)));
  const names = (await log.topics()).map(({ name }) => name);
  await log.delete(
    names.filter((name) => name.startsWith(`${shop}.`) && name !== physicalName(shop, transactions.name)),
  );
}

await benchKafka();
