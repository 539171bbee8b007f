import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ColumnType, FileColumn } from './file-schema.ts';
import { parquetFile } from './parquet.ts';
import type { SinkRecord } from './sink.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-parquet-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

function column(name: string, type: ColumnType): FileColumn {
  return { name, type, nullable: true, of: ({ value }) => value?.[name] ?? null };
}

function fileOf(columns: readonly FileColumn[], rows: readonly Record<string, unknown>[]): Uint8Array {
  return parquetFile(
    columns,
    rows.map((value, offset): SinkRecord => ({ offset, key: null, value })),
  );
}

async function readBack(bytes: Uint8Array): Promise<readonly unknown[]> {
  const file = bytes.slice().buffer;
  return parquetReadObjects({ file, compressors, useOffsetIndex: false });
}

async function asDuckDbReads(bytes: Uint8Array, sql: string): Promise<readonly unknown[]> {
  const path = join(folder, 'file.parquet');
  await writeFile(path, bytes);
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    return (await connection.runAndReadAll(`${sql} from '${path}'`)).getRowObjectsJson();
  } finally {
    connection.closeSync();
  }
}

const kinds = {
  text: { type: 'string', value: fc.string({ unit: 'binary', maxLength: 90 }) },
  word: { type: 'string', value: fc.constantFrom('GBP', 'EUR', 'Zoë', '', '№'.repeat(70)) },
  long: { type: 'long', value: fc.maxSafeInteger() },
  step: { type: 'long', value: fc.constantFrom(-1, 0, 2 ** 32, -(2 ** 32) - 1) },
  int: { type: 'int', value: fc.integer() },
  price: { type: 'double', value: fc.double({ noNaN: true }) },
  flag: { type: 'boolean', value: fc.boolean() },
  list: { type: 'json', value: fc.array(fc.nat(), { maxLength: 3 }) },
} as const;
const columns = Object.entries(kinds).map(([name, { type }]) => column(name, type));
const anyRow = fc.record(
  Object.fromEntries(Object.entries(kinds).map(([name, { value }]) => [name, fc.option<unknown>(value)])),
);
const anyRows = fc.oneof(
  fc.array(anyRow, { minLength: 1, maxLength: 40 }),
  // Few rows over and over get dictionaries, and pages that are worth compressing.
  fc
    .tuple(fc.array(anyRow, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 700 }))
    .map(([few, times]) => Array.from({ length: times }, (_, index) => few[(index * index) % few.length] ?? {})),
);

it('reads back as it was written: any values, any nulls, repeated or not', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows, async (rows) => {
      const longs = ({ long, step, ...others }: Record<string, unknown>) => ({
        ...others,
        long: typeof long === 'number' ? BigInt(long) : null,
        step: typeof step === 'number' ? BigInt(step) : null,
        list: others.list === null ? null : JSON.stringify(others.list),
        text: wellFormed(others.text),
      });
      expect(await readBack(fileOf(columns, rows))).toEqual(rows.map(longs));
    }),
    { numRuns: 150 },
  );
});

/** Half a character is none: it is written as the mark for that. */
function wellFormed(text: unknown): unknown {
  return typeof text === 'string' ? text.toWellFormed() : text;
}

it('lets DuckDB skip by offset and time, and see which columns are never null', async () => {
  const rows = Array.from({ length: 3_000 }, (_, n) => ({
    _offset: 5_000_000_000 + n,
    time: n % 3 === 0 ? null : 1_291_191_960_000 - n * 1_000,
    country: n % 2 === 0 ? 'France' : 'Ελλάδα',
  }));
  const bytes = fileOf(
    [column('_offset', 'long'), column('time', 'timestamp-millis'), column('country', 'string')],
    rows,
  );
  expect(
    await asDuckDbReads(
      bytes,
      'select min(_offset)::varchar as first, max(_offset)::varchar as last, count(time)::int as times, epoch_ms(max(time))::varchar as newest, count(distinct country)::int as countries',
    ),
  ).toEqual([{ first: '5000000000', last: '5000002999', times: 2_000, newest: '1291191959000', countries: 2 }]);
  const path = join(folder, 'file.parquet');
  const connection = await (await DuckDBInstance.create()).connect();
  const footer = await connection.runAndReadAll(
    `select path_in_schema as name, stats_min_value as least, stats_max_value as greatest, stats_null_count::int as nulls from parquet_metadata('${path}')`,
  );
  connection.closeSync();
  expect(footer.getRowObjectsJson()).toEqual([
    { name: '_offset', least: '5000000000', greatest: '5000002999', nulls: 0 },
    {
      name: 'time',
      least: expect.stringMatching(/^2010-12-01/),
      greatest: expect.stringMatching(/^2010-12-01/),
      nulls: 1_000,
    },
    { name: 'country', least: null, greatest: null, nulls: null },
  ]);
});
