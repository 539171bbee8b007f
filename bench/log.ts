import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '../src/log/embedded.ts';
import type { Log, NewRecord } from '../src/log/log.ts';

const perBatch = 1_000;
const batches = 500;
const small = 500;
const stateKeys = 20_000;

/** Prints records/s and CPU s of the embedded log on a real file: appending, reading, small commits, state with its compaction. */
export async function benchLog(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'ebb-bench-log-'));
  try {
    const path = join(directory, 'log.db');
    await using log = await openEmbeddedLog({ path });
    await log.create([
      { name: 'events', partitions: 1, cleanup: 'delete' },
      { name: 'small', partitions: 1, cleanup: 'delete' },
      { name: 'state', partitions: 1, cleanup: 'compact' },
    ]);
    const batch = Array.from({ length: perBatch }, (_, i) => record(`customer-${i}`, 138));
    await measure('append, 1,000 × 150 B a commit', async () => {
      for (let i = 0; i < batches; i++) await log.append([{ topic: 'events', partition: 0, records: batch }]);
      return perBatch * batches;
    });
    await measure('read to the end', () => count(log, 'events'));
    await measure('append, 5 × 150 B a commit', async () => {
      for (let i = 0; i < small; i++) await log.append([{ topic: 'small', partition: 0, records: batch.slice(0, 5) }]);
      return 5 * small;
    });
    await measure('read what came in small commits', () => count(log, 'small'));
    await measure('state, 20,000 keys over and over', async () => {
      for (let i = 0; i < 500; i++) {
        const records = Array.from({ length: 1_000 }, (_, j) =>
          record(`customer-${(i * 7919 + j * 31) % stateKeys}`, 138),
        );
        await log.append([{ topic: 'state', partition: 0, records }]);
      }
      return 500_000;
    });
    await measure('restore that state', () => count(log, 'state'));
    const [file, wal] = await Promise.all([stat(path), stat(`${path}-wal`)]);
    console.log(`  file ${megabytes(file.size)}, write-ahead log ${megabytes(wal.size)}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function record(key: string, bytes: number): NewRecord {
  return { key: Buffer.from(key), value: Buffer.alloc(bytes, key) };
}

async function count(log: Log, topic: string): Promise<number> {
  let records = 0;
  for await (const batch of log.read({ topic, from: 'start', to: 'end' })) records += batch.records.length;
  return records;
}

async function measure(name: string, work: () => Promise<number>): Promise<void> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const records = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const rate = Math.round(records / seconds).toLocaleString('en');
  console.log(
    `  ${name.padEnd(36)} ${rate.padStart(11)} records/s  ${((user + system) / 1e6).toFixed(2)} CPU s  (${records})`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
