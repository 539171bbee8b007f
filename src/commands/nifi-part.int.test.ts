import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kafka, logLevel } from 'kafkajs';
import { expect, it } from 'vitest';
import { loadDescriptor } from '../../datasets/load.ts';
import type { SyntheticTransaction } from '../../schemas/generated.ts';
import { topics } from '../../schemas/topics.ts';
import { openConfluentRegistry } from '../avro/confluent-registry.ts';
import { openEmbeddedRegistry } from '../avro/embedded-registry.ts';
import { openSerde } from '../avro/serde.ts';
import { loadConfig } from '../config.ts';
import { isTick } from '../engine/tick.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import { registryOptions } from './cluster-options.ts';
import { testFolder } from './data-folder.testing.ts';
import { ebbOk, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { killedAt, type Produced, rowsByNifi } from './nifi-part.testing.ts';
import { tableDifferences } from './same-results.testing.ts';

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;
const HOUR = 3_600_000;
const folder = testFolder();
const here = join(folder, 'here');
const there = join(folder, 'there');

async function onKafka(...args: readonly string[]): Promise<void> {
  const ended = await startEbb([...args, '--data', there], '', { EBB_BROKERS, EBB_REGISTRY }).ended;
  expect(ended.code, ended.stderr).toBe(0);
}

const registry = () => openConfluentRegistry(registryOptions(loadConfig({ registry: EBB_REGISTRY }, {})));

/** As NiFi sends them: by a producer that knows nothing of Ebb, with its own partitioner, acknowledged by all. */
async function produce(topic: string, records: readonly Produced[]): Promise<void> {
  const producer = new Kafka({ brokers: EBB_BROKERS.split(','), logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  try {
    for (let at = 0; at < records.length; at += 200)
      await producer.send({
        topic,
        acks: -1,
        messages: records.slice(at, at + 200).map(({ key, value }) => ({ key, value })),
      });
  } finally {
    await producer.disconnect();
  }
}

/** All columns but the one that says whether more can come: nobody ends a stream of NiFi's. */
function rowsOf(data: string, table: string): readonly unknown[] {
  using database = new DatabaseSync(join(data, 'tables.sqlite'), { readOnly: true });
  const rows = database.prepare(`select * from ${table}`).all();
  return rows.map(({ complete: _, ...row }) => JSON.stringify(row)).sort();
}

it('gives the tables of a replay for a file that NiFi publishes in several tries', { timeout: 300_000 }, async () => {
  const shop = `nifi-${process.pid}`;
  const { file, dataset, broken } = madeUpSales(folder, 2_000);
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--shop', shop, '--data', here);
  await onKafka('topics', 'create', '--dataset', dataset, '--shop', shop);
  await using confluent = await registry();
  const rows = await rowsByNifi(confluent, shop, await loadDescriptor(dataset), file);
  await produce(`${shop}.raw.made-up`, killedAt(rows, 300, 1_500));
  await onKafka('run', '--shop', shop, '--until-caught-up', '--no-training');
  const differing = tableDifferences(join(here, 'tables.sqlite'), join(there, 'tables.sqlite'));
  expect(differing.filter(({ table }) => table !== 'dead_letters')).toEqual([]);
  expect(rowsOf(there, 'dead_letters')).toHaveLength(broken);
});

it('gives the tables of the generator for events that NiFi publishes again, long ago as they may be', {
  timeout: 300_000,
}, async () => {
  const shop = `live-${process.pid}`;
  const generator = ['--count', '3000', '--rate', '0.02', '--speed', 'max', '--shop', shop, '--data', here];
  await ebbOk('generate', ...generator);
  await ebbOk('run', '--shop', shop, '--until-caught-up', '--no-training', '--data', here);
  await onKafka('topics', 'create', '--shop', shop);
  await produce(`${shop}.synthetic.transactions`, killedAt(await generated(shop), 900, 2_000));
  await onKafka('run', '--shop', shop, '--until-caught-up', '--no-training');
  const settled = ['ecommerce_events', 'category_metrics', 'segment_metrics', 'client_profiles', 'late_events'];
  const mine = (data: string, table: string) => rowsOf(data, table).filter((row) => String(row).includes(shop));
  for (const table of settled) expect(mine(there, table), table).toEqual(mine(here, table));
  // Nobody says that the stream has ended: visits of its last hour (disorder) and half an hour (gap) are not over yet.
  const { last } = lastEvent(here, shop);
  const over = (row: unknown): boolean => JSON.parse(String(row)).session_end < last - 2 * HOUR;
  expect(mine(there, 'sessions').filter(over)).toEqual(mine(here, 'sessions').filter(over));
});

function lastEvent(data: string, shop: string): { readonly last: number } {
  using database = new DatabaseSync(join(data, 'tables.sqlite'), { readOnly: true });
  const found = database.prepare('select max(time) as last from ecommerce_events where shop = ?').get(shop);
  return { last: Number(found?.last) };
}

/** What the generator wrote, in order of time, framed as the registry there says. */
async function generated(shop: string): Promise<readonly Produced[]> {
  const path = join(here, 'log.sqlite');
  const topic = topics.syntheticTransactions;
  const name = `${shop}.${topic.name}`;
  await using log = await openEmbeddedLog({ path });
  await using own = await openEmbeddedRegistry({ path });
  await using confluent = await registry();
  const read = await openSerde<SyntheticTransaction>(own, `${name}-value`, topic.schema);
  const write = await openSerde<SyntheticTransaction>(confluent, `${name}-value`, topic.schema);
  const found: SyntheticTransaction[] = [];
  for await (const { records } of log.read({ topic: name, from: 'start', to: 'end' }))
    for (const record of records) if (!isTick(record) && record.value !== null) found.push(read.decode(record.value));
  found.sort((a, b) => a.timestamp - b.timestamp);
  return found.map((sale) => ({ key: sale.customerId, value: write.encode(sale) }));
}
