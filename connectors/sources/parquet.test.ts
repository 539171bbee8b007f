import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openParquet } from './parquet.ts';
import type { SourceRow } from './source.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-parquet-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function open(columnData: ColumnSource[], wanted: readonly string[] = [], rowGroupSize = 1000) {
  const file = join(folder, 'f.parquet');
  await writeFile(file, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize })));
  return openParquet(file, wanted);
}

async function all(source: Awaited<ReturnType<typeof open>>, from?: string): Promise<readonly SourceRow[]> {
  const rows: SourceRow[] = [];
  const { signal } = new AbortController();
  for await (const batch of source.read({ ...(from === undefined ? {} : { from }), signal })) rows.push(...batch.rows);
  return rows;
}

it('keeps types, and what a double does not hold as text', async () => {
  const source = await open([
    { name: 'id', data: [1n, 9007199254740993n, -5n], type: 'INT64' },
    { name: 'price', data: [2.55, null, 17850], type: 'DOUBLE' },
    { name: 'name', data: ['a', null, 'Zoë'], type: 'STRING' },
    { name: 'flag', data: [true, false, null], type: 'BOOLEAN' },
    { name: 'at', data: [new Date(0), null, new Date(1.5e12)], type: 'TIMESTAMP' },
  ]);
  expect(source.columns).toEqual(['id', 'price', 'name', 'flag', 'at']);
  expect((await all(source)).map(({ row, columns }) => [row, ...Object.values(columns)])).toEqual([
    [1, 1, 2.55, 'a', true, '1970-01-01T00:00:00.000Z'],
    [2, '9007199254740993', null, null, false, null],
    [3, -5, 17850, 'Zoë', null, '2017-07-14T02:40:00.000Z'],
  ]);
});

it('goes on from a row, across row groups', async () => {
  const source = await open([
    { name: 'n', data: Array.from({ length: 5500 }, (_, index) => index + 1), type: 'INT32' },
  ]);
  for (const from of [undefined, '999', '1000', '4321', '5500']) {
    const rows = await all(source, from);
    expect(rows).toHaveLength(5500 - Number(from ?? 0));
    expect(rows.every(({ row, columns }) => columns.n === row)).toBe(true);
    expect(source.progress()).toEqual({ done: 5500, total: 5500, unit: 'rows' });
  }
});

it('says what is wrong with a file', async () => {
  await expect(open([{ name: 'n', data: [1], type: 'INT32' }], ['n', 'CustomerID'])).rejects.toMatchObject({
    code: 'WRONG_COLUMNS',
    message: expect.stringContaining('CustomerID'),
  });
  const broken = join(folder, 'broken.parquet');
  await writeFile(broken, 'PAR1 and then nothing of use');
  await expect(openParquet(broken, [])).rejects.toMatchObject({ code: 'UNREADABLE' });
  await expect(openParquet(join(folder, 'none.parquet'), [])).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
