import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileColumns } from './file-schema.ts';
import { parquetFile } from './parquet.ts';
import { alikeFrom, mergeParquet } from './parquet-merge.ts';
import { batchOf, purchase, record, records } from './sample-events.ts';
import type { SinkRecord } from './sink.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-parquet-merge-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function rows(...files: readonly Uint8Array[]): Promise<unknown> {
  const paths = files.map((_, index) => join(folder, `${index}.parquet`));
  await Promise.all(files.map((bytes, index) => writeFile(paths[index] ?? '', bytes)));
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    const list = paths.map((path) => `'${path}'`).join();
    const from = `from read_parquet([${list}], union_by_name = true)`;
    const all = await connection.runAndReadAll(`select * ${from}`);
    const types = await connection.runAndReadAll(`describe select * ${from}`);
    const told = types.getRowObjectsJson().map(({ column_name, column_type }) => `${column_name} ${column_type}`);
    return { types: told, rows: all.getRowObjectsJson() };
  } finally {
    connection.closeSync();
  }
}

function fileOf(of: readonly SinkRecord[], tombstones = false): Uint8Array {
  return parquetFile(fileColumns(batchOf('events', of), tombstones), of);
}

it('holds the rows of its files in their order, with the types of their columns', async () => {
  const files = [
    fileOf(records(0, 50)),
    fileOf([record(50, purchase(50, { age: 3, category: 'new' })), record(51, null, 'k')], true),
    fileOf(records(52, 700)),
  ];
  expect(await alikeFrom(files)).toBe(3);
  const merged = await mergeParquet(files);
  expect(merged.rows).toBe(752);
  expect(await rows(merged.whole)).toEqual(await rows(...files));
});

it('is the same file behind the bytes of others', async () => {
  const files = [fileOf(records(0, 400)), fileOf(records(400, 30))];
  const merged = await mergeParquet(files);
  const before = Buffer.concat(files);
  expect(await rows(Buffer.concat([before, merged.tailBehind(before.length)]))).toEqual(await rows(merged.whole));
});

it('is merged again without a loss', async () => {
  const once = await mergeParquet([fileOf(records(0, 40)), fileOf(records(40, 400))]);
  const twice = await mergeParquet([once.whole, fileOf(records(440, 10))]);
  expect(await rows(twice.whole)).toEqual(await rows(fileOf(records(0, 450))));
});

it('has nulls where a file lacks a column, and stops before one of another type', async () => {
  const columns = (name: string, type: 'long' | 'string') => [
    { name: '_offset', type: 'long', nullable: false, of: (one: SinkRecord) => one.offset } as const,
    { name, type, nullable: false, of: (one: SinkRecord) => one.value?.x ?? null } as const,
  ];
  const one = parquetFile(columns('a', 'long'), [record(0, { x: 1 })]);
  const two = parquetFile(columns('b', 'string'), [record(1, { x: 'two' })]);
  const other = parquetFile(columns('a', 'string'), [record(2, { x: 'three' })]);
  expect(await alikeFrom([one, two, other])).toBe(2);
  expect(await rows((await mergeParquet([one, two])).whole)).toEqual(await rows(one, two));
});
