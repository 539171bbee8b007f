import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDescriptor } from '../../datasets/descriptor.ts';
import { inspect } from '../../datasets/inspect.ts';
import { isRejection, rowToEvent } from '../../datasets/row-to-event.ts';
import { openSource } from './open.ts';
import { rawRows } from './raw-rows.ts';
import { sampleFile } from './sample.ts';

const folder = resolve(process.env.EBB_DATASETS ?? '../shared/datasets');

/** Reads a file by the descriptor that is proposed for it. */
async function byProposal(file: string): Promise<{ readonly events: number; readonly dead: number }> {
  const descriptor = parseDescriptor(inspect(await sampleFile(file)).descriptor, file);
  const source = await openSource(file, descriptor, { now: Date.now, random: Math.random });
  const toEvent = rowToEvent(descriptor);
  const toRaw = rawRows(descriptor, 'f', source.columns);
  let events = 0;
  let dead = 0;
  for await (const batch of source.read({ signal: new AbortController().signal })) {
    for (const row of batch.rows) {
      if (isRejection(toEvent(toRaw(row)))) dead++;
      else events++;
    }
  }
  return { events, dead };
}

describe.skipIf(!existsSync(join(folder, 'cdnow_master.txt')))(
  `proposals for the real files (EBB_DATASETS, now ${folder})`,
  () => {
    it.each([
      ['cdnow_master.txt', 69_659, 0],
      ['rees46_2019_oct_head.csv', 17_434, 1],
      ['kaggle_ecommerce_customer_head10000.csv', 10_000, 0],
      ['uci_online_retail.parquet', 541_909, 0],
    ])('read every row of %s', { timeout: 30_000 }, async (file, events, dead) => {
      expect(await byProposal(join(folder, file))).toEqual({ events, dead });
    });
  },
);

it('reads a file without a header, by the names that it gives the columns', async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'ebb-sample-'));
  try {
    const file = join(temporary, 'bare.txt');
    await writeFile(file, '17|2024-01-01|2.50\n18|2024-01-02|3.50\n');
    const sample = await sampleFile(file);
    expect(sample).toMatchObject({
      format: { kind: 'csv', delimiter: '|', header: false, columns: ['column 1', 'column 2', 'column 3'] },
      whole: true,
    });
    expect(sample.rows).toHaveLength(2);
  } finally {
    await rm(temporary, { recursive: true });
  }
});
