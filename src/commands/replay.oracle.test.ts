import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ebbOk, realFile } from './ebb.testing.ts';
import { compareWithOracle } from './oracle.testing.ts';
import type { OracleDataset } from './oracle-events.testing.ts';
import { lakeOf } from './same-results.testing.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-oracle-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Case {
  readonly dataset: OracleDataset;
  readonly file: string;
  readonly partitions: number;
  /** Known of the file from its publishers and from counting by other means. */
  readonly rows: number;
  readonly events: number;
  readonly deadLetters: number;
}

const kaggle = {
  dataset: 'kaggle-ecommerce',
  file: 'kaggle_ecommerce_customer_head10000.csv',
  rows: 10_000,
  events: 10_000,
  deadLetters: 0,
} as const;
const rees46 = {
  dataset: 'rees46',
  file: 'rees46_2019_oct_head.csv',
  rows: 17_435,
  events: 17_434,
  deadLetters: 1,
} as const;
const cdnow = { dataset: 'cdnow', file: 'cdnow_master.txt', rows: 69_659, events: 69_659, deadLetters: 0 } as const;
const retail = {
  dataset: 'online-retail',
  file: 'uci_online_retail.csv.gz',
  rows: 541_909,
  events: 539_391,
  deadLetters: 2_518,
} as const;

const always: readonly Case[] = [kaggle, rees46, cdnow, retail].map((one) => ({ ...one, partitions: 4 }));
const matrix: readonly Case[] = [
  ...[1, 2, 8].map((partitions) => ({ ...retail, partitions })),
  { ...retail, file: 'uci_online_retail.parquet', partitions: 4 },
  ...[1, 3].flatMap((partitions) => [kaggle, rees46, cdnow].map((one) => ({ ...one, partitions }))),
];
const cases = process.env.EBB_FULL === undefined ? always : [...always, ...matrix];

describe.each(cases)('$file at $partitions partitions', ({ dataset, file, partitions, rows, events, deadLetters }) => {
  const path = realFile(file);

  it.skipIf(path === undefined)(
    'gives the tables that a recompute in SQL gives, and files with every row (skipped without the public datasets)',
    { timeout: 300_000 },
    async () => {
      const data = await mkdtemp(join(folder, 'data-'));
      const source = path ?? '';
      const { stdout } = await ebbOk(
        'replay',
        source,
        '--dataset',
        dataset,
        '--shop',
        'oracle',
        '--run',
        '--json',
        '--partitions',
        String(partitions),
        '--data',
        data,
      );
      expect(JSON.parse(stdout)).toMatchObject({ source: { rows }, events, deadLetters, late: 0 });

      const report = await compareWithOracle({
        dataset,
        file: source,
        tables: join(data, 'tables.sqlite'),
        shop: 'oracle',
      });
      expect(report.differences).toEqual([]);
      expect(report.rows).toMatchObject({ ecommerce_events: events, dead_letters: deadLetters, late_events: 0 });

      const { topics, leftovers } = await lakeOf(data, 'oracle');
      expect(leftovers).toEqual([]);
      expect(topics.map(({ topic, rows: held, repeated }) => ({ topic, held, repeated }))).toEqual([
        { topic: 'events', held: events, repeated: 0 },
        { topic: `raw.${dataset}`, held: rows, repeated: 0 },
      ]);
      await rm(data, { recursive: true });
    },
  );
});
