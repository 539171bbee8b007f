import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileSink } from '../connectors/sinks/files.ts';
import type { SinkBatch, SinkRecord } from '../connectors/sinks/sink.ts';
import { openSqliteSink } from '../connectors/sinks/sqlite.ts';
import { eventSchema } from '../schemas/generated.ts';

/** As UCI's online retail: rows, days and partitions. */
const rows = 541_909;
const days = 305;
const partitions = 4;
const parts = Array.from({ length: partitions }, (_, partition) => partition);

/** Prints rows/s and CPU seconds of both sinks for a year of a shop's events, without log and decoding. */
export async function benchSinks(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-bench-sinks-'));
  try {
    await using sqlite = openSqliteSink({ path: join(folder, 'shop.db'), shop: 'uci' });
    await measure('sqlite, ecommerce_events', async () => {
      const taken = await Promise.all(parts.map((partition) => sqlite.take({ topic: 'events', partition })));
      for (const batch of batches(sqlite.limits.records)) {
        await taken[batch.partition]?.write(batch);
      }
    });
    for (const format of ['parquet', 'avro'] as const) {
      await using files = openFileSink({ dir: join(folder, format), shop: 'uci', format });
      const count = await measure(`files, ${format}, ${days} days`, async () => {
        for (const batch of batches(files.limits.records)) {
          await files.put(batch, false);
        }
        return (await readdir(join(folder, format), { recursive: true })).filter((name) => name.endsWith(format))
          .length;
      });
      console.log(`  ${count} files`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const result = await work();
  const seconds = (performance.now() - begun) / 1000;
  const used = process.cpuUsage(cpu);
  const perSecond = Math.round(rows / seconds).toLocaleString('en');
  console.log(
    `${what}: ${perSecond} rows/s, ${seconds.toFixed(1)} s, ${((used.user + used.system) / 1e6).toFixed(1)} CPU s`,
  );
  return result;
}

/** All partitions side by side, as a log gives them. */
function* batches(size: number): Generator<SinkBatch> {
  const mine = Math.floor(rows / partitions);
  for (let first = 0; first < mine; first += size) {
    const next = Math.min(mine, first + size);
    for (const partition of parts) {
      const records = Array.from({ length: next - first }, (_, index) => event(partition, first + index, mine));
      yield { topic: 'events', partition, first, next, records, schema: eventSchema };
    }
  }
}

function event(partition: number, offset: number, of: number): SinkRecord {
  const row = offset * partitions + partition;
  const time = Date.UTC(2011, 0, 1) + Math.floor((offset / of) * days * 86_400_000);
  const value = {
    eventId: `online-retail-0123456789ab-${row}`,
    customerId: row % 4 === 0 ? null : `${12_000 + (row % 4_372)}`,
    kind: 'PURCHASE',
    time,
    orderId: `${536_365 + Math.floor(row / 21)}`,
    product: `${20_000 + ((row * 31) % 4_070)}`,
    category: `category ${(row * 7) % 30}`,
    unitPrice: 255,
    quantity: 6,
    amount: 1_530,
    currency: 'GBP',
    paymentMethod: null,
    gender: null,
    age: null,
    country: 'United Kingdom',
    returned: null,
    localDate: '2011-01-01',
    localHour: 8,
    dataset: 'online-retail',
    file: '0123456789ab',
    row,
  };
  return { offset, key: value.customerId, value };
}
