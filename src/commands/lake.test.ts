import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openFileSink } from '../../connectors/sinks/files.ts';
import { batchOf, records } from '../../connectors/sinks/sample-events.ts';
import { ebb } from './ebb.testing.ts';

it('merges the small files of a shop, of the topics named, and says what it would do', async () => {
  const data = await mkdtemp(join(tmpdir(), 'ebb-lake-command-'));
  onTestFinished(() => rm(data, { recursive: true }));
  const dir = join(data, 'lake');
  await using sink = openFileSink({ dir, shop: 'demo' });
  for (const topic of ['events', 'raw.tills']) {
    for (const from of [0, 5]) await sink.put(batchOf(topic, records(from, 5)), false);
  }
  const compact = (...words: readonly string[]) => ebb('lake', 'compact', '--data', data, ...words);

  const dry = await compact('--dry-run');
  expect(dry.stdout, dry.stderr).toContain('4 files would be 2.');
  const merged = await compact('events', '--json');
  expect(JSON.parse(merged.stdout)).toMatchObject([
    { lake: 'files', topic: 'events', date: 'date=2010-12-01', into: '0-0-9.parquet', files: 2 },
  ]);
  expect(await readdir(join(dir, 'demo/events/date=2010-12-01'))).toEqual(['0-0-9.parquet']);
  expect(await readdir(join(dir, 'demo/raw.tills/date=2010-12-01'))).toEqual(['0-0-4.parquet', '0-5-9.parquet']);
  expect((await compact('events')).stdout).toContain('There is nothing to merge');
  expect((await compact('evnets')).stderr).toContain('no topic evnets');
  expect((await compact('--min-size', 'much')).stderr).toContain('such as 64MB');
});
