/** The generator: both presets alone, and the shop's history written into an embedded log, as `ebb up` does first. */

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runGenerator } from '../connectors/sources/generator/runner.ts';
import { openShop } from '../connectors/sources/generator/shop.ts';
import { transactionAt } from '../connectors/sources/generator/transactions.ts';
import { memoryRegistry } from '../src/avro/memory-registry.ts';
import { openEmbeddedLog } from '../src/log/embedded.ts';
import { measure } from './measure.ts';
import { megabytes, printTable } from './table.ts';

const options = { seed: 1, customers: 20_000, start: Date.UTC(2024, 0, 1) };
const HISTORY = 730;
const TRANSACTIONS = 1_000_000;

async function benchGenerator(): Promise<void> {
  const alone = await measure(() => () => {
    const shop = openShop(options);
    let events = 0;
    while (shop.day < HISTORY) events += shop.next().length;
    return events;
  });
  const transactions = await measure(() => () => {
    for (let index = 0; index < TRANSACTIONS; index++) transactionAt(1, index, index);
    return TRANSACTIONS;
  });
  const resumed = await measure(() => () => openShop(options, HISTORY - 1).next().length);
  const folder = await mkdtemp(join(tmpdir(), 'ebb-bench-generator-'));
  try {
    const path = join(folder, 'log');
    const written = await measure(() => () => writeHistory(path));
    const { size } = await stat(path);
    const memory = 1024 * process.resourceUsage().maxRSS;
    printTable(
      'generator',
      [
        { what: 'transactions, alone', measured: transactions },
        { what: 'shop, two years, alone', measured: alone, ceiling: alone },
        {
          what: 'shop, two years, to the log',
          measured: written,
          ceiling: alone,
          memory,
          beside: `${megabytes(size)} on disk`,
        },
      ],
      `ceiling: generating alone; memory: peak resident; going on at day 729 takes ${resumed.seconds.toFixed(2)} s`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeHistory(path: string): Promise<number> {
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
  return written;
}

await benchGenerator();
