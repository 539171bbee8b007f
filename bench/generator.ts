/** The generator: the shop preset alone, resuming it, and written into an embedded log; and the transactions preset. */

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runGenerator } from '../connectors/sources/generator/runner.ts';
import { openShop } from '../connectors/sources/generator/shop.ts';
import { transactionAt } from '../connectors/sources/generator/transactions.ts';
import { memoryRegistry } from '../src/avro/memory-registry.ts';
import { openEmbeddedLog } from '../src/log/embedded.ts';

const options = { seed: 1, customers: 20_000, start: Date.UTC(2024, 0, 1) };
const HISTORY = 730;
const TRANSACTIONS = 1_000_000;

/** Prints records per second of one run, CPU seconds per million records, and what is to be said beside. */
export async function benchGenerator(): Promise<void> {
  await measure('generator: shop, two years, alone', () => {
    const shop = openShop(options);
    let events = 0;
    while (shop.day < HISTORY) events += shop.next().length;
    return { events };
  });
  await measure('generator: transactions, alone', () => {
    for (let index = 0; index < TRANSACTIONS; index++) transactionAt(1, index, index);
    return { events: TRANSACTIONS };
  });
  await measure('generator: shop, opened at day 729', () => ({ events: openShop(options, HISTORY - 1).next().length }));
  await measure('generator: shop, two years, to the log', writeHistory);
}

/** What `ebb up` does first: the whole history into an embedded log on disk. */
async function writeHistory(): Promise<{ readonly events: number; readonly beside: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-bench-'));
  try {
    const path = join(folder, 'log');
    await using log = await openEmbeddedLog({ path });
    await using registry = memoryRegistry();
    const stop = new AbortController();
    const { written } = await runGenerator({
      ...options,
      log,
      registry,
      shop: 'demo',
      preset: 'shop',
      history: HISTORY,
      clock: { factor: 1 },
      partitions: 4,
      signal: stop.signal,
      now: Date.now,
      onProgress: ({ eventTime }) => {
        if (eventTime !== undefined && eventTime >= options.start + HISTORY * 86_400_000) stop.abort();
      },
    });
    const { size } = await stat(path);
    const resident = process.memoryUsage().rss;
    return { events: written, beside: `${megabytes(size)} on disk, ${megabytes(resident)} resident` };
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Done {
  readonly events: number;
  readonly beside?: string;
}

async function measure(name: string, work: () => Done | Promise<Done>): Promise<void> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { events, beside } = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const rate = (events / seconds / 1e6).toFixed(2);
  const perMillion = ((user + system) / events).toFixed(2);
  const line = `${name.padEnd(40)} ${rate.padStart(8)} M rec/s ${perMillion.padStart(8)} CPU s per M`;
  process.stdout.write(`${line}  ${seconds.toFixed(2)} s${beside === undefined ? '' : `, ${beside}`}\n`);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
