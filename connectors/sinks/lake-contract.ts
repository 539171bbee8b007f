/** What every lake of files promises of merging: each row once, in its order, whoever else writes or dies. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type CompactOptions, compactTopic, type Lake, type Merge } from './lake.ts';
import { retrying } from './retry.ts';
import { batchOf, records } from './sample-events.ts';
import type { IdempotentSink, SinkBatch } from './sink.ts';

export interface LakePlace {
  open(): Lake;
  sink(): IdempotentSink;
  /** Paths below the shop's folder, in order. */
  files(): Promise<readonly string[]>;
  /** `eventId` of every row of topic `events`, file by file in order of names, rows in their order. */
  eventIds(): Promise<readonly string[]>;
}

/** Over three days: the first has 16 rows, the second 24. */
export const ranges: readonly SinkBatch[] = Array.from({ length: 10 }, (_, n) => range(n * 5, 5));
export const ids = (from: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `test-${from + n}`);

export function range(from: number, count: number, partition = 0): SinkBatch {
  return batchOf('events', records(from, count), { partition });
}

export async function fill(place: LakePlace, batches: readonly SinkBatch[] = ranges): Promise<void> {
  await using sink = place.sink();
  for (const one of batches) await sink.put(one, false);
}

export async function compact(place: LakePlace, dryRun = false): Promise<readonly Merge[]> {
  await using lake = place.open();
  const options = { minSize: 1 << 20, targetSize: 8 << 20, dryRun, signal: new AbortController().signal };
  return merges(lake, options);
}

async function merges(lake: Lake, options: CompactOptions): Promise<readonly Merge[]> {
  const all: Merge[] = [];
  for await (const merge of compactTopic(lake, 'events', options)) all.push(merge);
  return all;
}

export const compacted: readonly string[] = [
  'events/_merged/0-49',
  'events/date=2010-12-01/0-0-19.parquet',
  'events/date=2010-12-02/0-15-39.parquet',
  'events/date=2010-12-03/0-40-49.parquet',
];

export function lakeContract(name: string, newPlace: () => Promise<LakePlace>): void {
  describe(`a lake of files: ${name}`, () => {
    it('has the small files of a day in one, with its rows in their order, and says so before', async () => {
      const place = await newPlace();
      await fill(place);
      const before = await place.files();
      const planned = await compact(place, true);
      expect(await place.files()).toEqual(before);
      expect(await compact(place)).toEqual(planned);
      expect(planned.map(({ into, files }) => [into, files])).toEqual([
        ['0-0-19.parquet', 4],
        ['0-15-39.parquet', 5],
        ['0-40-49.parquet', 2],
      ]);
      expect(await place.files()).toEqual(compacted);
      expect(await place.eventIds()).toEqual(ids(0, 50));
      expect(await compact(place)).toEqual([]);
    });

    it('gets nothing twice when a range is put again, or late, that is in a merged file', async () => {
      const place = await newPlace();
      await fill(place);
      await compact(place);
      await using sink = place.sink();
      for (const one of ranges) {
        await sink.put(one, false);
        await sink.put(one, true);
      }
      expect(await place.files()).toEqual(compacted);
      await sink.put(range(50, 5), false);
      expect(await place.eventIds()).toEqual(ids(0, 55));
      await compact(place);
      expect(await place.files()).toContain('events/date=2010-12-03/0-40-54.parquet');
      expect(await place.eventIds()).toEqual(ids(0, 55));
    });

    it('keeps partitions apart, and large files as they are', async () => {
      const place = await newPlace();
      await using sink = place.sink();
      for (const partition of [0, 1]) {
        for (const from of [0, 3, 6]) await sink.put(range(from, 3, partition), false);
      }
      await using lake = place.open();
      const sizes = (await lake.files({ topic: 'events', date: 'date=2010-12-01' })).map(({ length }) => length);
      const signal = new AbortController().signal;
      const all = { targetSize: 8 << 20, dryRun: true, signal };
      expect(await merges(lake, { ...all, minSize: Math.min(...sizes) })).toEqual([]);
      const merged = await merges(lake, { ...all, minSize: 1 << 20 });
      expect(merged.map(({ into }) => into)).toEqual(['0-0-8.parquet', '1-0-8.parquet']);
    });

    it('has each row once, however a sink and merges go on beside each other', async () => {
      const place = await newPlace();
      const signal = new AbortController().signal;
      let done = false;
      const writing = (async () => {
        await using sink = place.sink();
        await using late = place.sink();
        for (const [n, one] of ranges.entries()) {
          await sink.put(one, false);
          const before = ranges[n - 2];
          // A former owner comes late with what it had in hand; what is taken from under it, it puts again.
          if (before !== undefined)
            await retrying(() => late.put(before, n % 2 === 0), signal, { first: 1, longest: 5 });
        }
      })().finally(() => {
        done = true;
      });
      while (!done) {
        await compact(place);
        await delay(1);
      }
      await writing;
      await compact(place);
      expect(await place.eventIds()).toEqual(ids(0, 50));
      expect(await place.files()).toEqual(compacted);
    });
  });
}
