import { copyFileSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openFileSink } from './files.ts';
import { eventIdsInOrder } from './lake.testing.ts';
import { compact, compacted, fill, ids, type LakePlace, lakeContract } from './lake-contract.ts';
import { openFileLake } from './lake-files.ts';
import { covers, isCovered, mergedThrough, spanOf } from './lake-names.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-lake-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function placeIn(dir: string): LakePlace {
  return {
    open: () => openFileLake({ dir, shop: 'demo' }),
    sink: () => openFileSink({ dir, shop: 'demo' }),
    files: async () => filesBelow(join(dir, 'demo')),
    eventIds: () => eventIdsInOrder(join(dir, 'demo/events')),
  };
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return paths.map((path) => path.slice(folder.length + 1)).sort();
}

lakeContract('on this machine', async () => placeIn(await newFolder()));

it('a merge that died before its file had a name leaves no trace', async () => {
  const dir = await newFolder();
  const place = placeIn(dir);
  await fill(place);
  const day = join(dir, 'demo/events/date=2010-12-01');
  copyFileSync(join(day, '0-0-4.parquet'), join(day, '.merge-0-0-19.parquet.01234567-89ab-cdef-0123-456789abcdef.tmp'));
  await compact(place);
  expect(await place.files()).toEqual(compacted);
  expect(await place.eventIds()).toEqual(ids(0, 50));
});

it.each([0, 1, 3])('a merge that died when it had removed %d parts is finished', async (removed) => {
  const dir = await newFolder();
  const place = placeIn(dir);
  await fill(place);
  const day = join(dir, 'demo/events/date=2010-12-01');
  const aside = join(dir, 'aside');
  mkdirSync(aside);
  const parts = readdirSync(day).sort();
  for (const part of parts) copyFileSync(join(day, part), join(aside, part));
  await compact(place);
  for (const part of parts.slice(removed)) renameSync(join(aside, part), join(day, part));
  await compact(place);
  expect(await place.files()).toEqual(compacted);
  expect(await place.eventIds()).toEqual(ids(0, 50));
});

it('reads from names what a file holds', () => {
  const span = spanOf('3-10-29.parquet') ?? expect.fail();
  expect(span).toEqual({ partition: 3, first: 10, last: 29, format: 'parquet' });
  expect(spanOf('.3-10-29.parquet.x.tmp')).toBeUndefined();
  expect(covers(span, span)).toBe(false);
  expect(isCovered('3-10-19.parquet', ['3-10-29.parquet'])).toBe(true);
  expect(isCovered('3-10-19.parquet', ['2-10-29.parquet', '3-11-29.parquet', '3-10-29.avro', '3-10-19.parquet'])).toBe(
    false,
  );
  expect(mergedThrough(['0-49', '1-99', '1-120'], 1)).toBe(120);
  expect(mergedThrough(['0-49'], 2)).toBe(-1);
});
