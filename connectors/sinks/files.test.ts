import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import avro, { type Schema } from 'avsc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileSink } from './files.ts';
import { batchOf, purchase, record, records } from './sample-events.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-file-sink-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function query(sql: string): Promise<unknown[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    await connection.run("set timezone = 'UTC'");
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
  }
}

async function filesIn(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name.slice(folder.length + 1), await readFile(name)] as const)),
  );
}

const glob = () => `read_parquet('${dir}/*/*/*/*.parquet', hive_partitioning = true)`;

/** A row of a source's topic, whose schema is known only when it is read. */
const rawSchema: Schema = {
  type: 'record',
  name: 'ebb.raw.Tills',
  fields: [
    { name: '_row', type: 'long' },
    { name: '_time', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
    { name: 'price', type: ['null', 'double'], default: null },
    { name: 'photo', type: ['null', 'bytes'], default: null },
    { name: 'day', type: ['null', { type: 'int', logicalType: 'date' }], default: null },
    { name: 'tags', type: { type: 'array', items: 'string' } },
  ],
};

describe('the file sink', () => {
  it('says of a file that a new owner swept under it that it can be put again', async () => {
    await using sink = openFileSink({ dir, shop: 'demo' });
    const batch = batchOf('events', records(10, 20), { partition: 3 });
    const putting = sink.put(batch, false);
    putting.catch(() => undefined);
    let swept = 0;
    while (swept === 0) {
      const names = await readdir(dir, { recursive: true });
      for (const name of names.filter((one) => one.endsWith('.tmp'))) {
        rmSync(join(dir, name));
        swept++;
      }
    }
    await expect(putting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await sink.put(batch, true);
    expect([...(await filesIn(dir)).keys()]).toHaveLength(2);
  });

  it('stops where its folder cannot be made', async () => {
    await symlink(join(dir, 'nowhere', 'at', 'all'), join(dir, 'demo'));
    await using sink = openFileSink({ dir, shop: 'demo' });
    await expect(sink.put(batchOf('events', records(10, 20)), false)).rejects.toMatchObject({ code: 'REFUSED' });
  });

  it('writes one file for each date (UTC) of the event times in a range, named by the range', async () => {
    await using sink = openFileSink({ dir, shop: 'demo' });
    await sink.put(batchOf('events', records(10, 20), { partition: 3 }), false);
    expect([...(await filesIn(dir)).keys()]).toEqual([
      'demo/events/date=2010-12-01/3-10-29.parquet',
      'demo/events/date=2010-12-02/3-10-29.parquet',
    ]);
  });

  it('writes one file for each month where folders are to be of months', async () => {
    await using sink = openFileSink({ dir, shop: 'demo', by: 'month' });
    await sink.put(batchOf('events', records(720, 30)), false);
    const names = [...(await filesIn(dir)).keys()];
    const rows = await query(`select count(*)::int as n, count(distinct month)::int as months from ${glob()}`);
    expect(names).toEqual(['2010-12', '2011-01'].map((month) => `demo/events/month=${month}/0-720-749.parquet`));
    expect(rows).toEqual([{ n: 30, months: 2 }]);
  });

  it('types the columns so that DuckDB reads them as they are meant', async () => {
    await using sink = openFileSink({ dir, shop: 'demo' });
    await sink.put(batchOf('events', records(0, 30)), false);
    const types = await query(
      `select column_name as name, column_type as type from (describe select * from ${glob()})`,
    );
    expect(Object.fromEntries(types.map((row) => Object.values(Object(row))))).toMatchObject({
      ...{ _partition: 'INTEGER', _offset: 'BIGINT', _key: 'VARCHAR', date: 'DATE', eventId: 'VARCHAR' },
      ...{
        kind: 'VARCHAR',
        time: 'TIMESTAMP WITH TIME ZONE',
        amount: 'DECIMAL(18,4)',
        unitPrice: 'DECIMAL(18,4)',
        age: 'INTEGER',
        returned: 'BOOLEAN',
      },
    });
    const sums = `select count(*)::int as n, sum(amount)::varchar as amount, count(age)::int as ages, count(returned)::int as flags,
      min(time)::varchar as first, max(category) as category, bool_and(date = time::date) as filed from ${glob()}`;
    expect(await query(sums)).toEqual([
      {
        ...{ n: 30, amount: '153.0000', ages: 15, flags: 20, filed: true },
        ...{ first: '2010-12-01 08:26:00+00', category: 'Café №2' },
      },
    ]);
  });

  it('writes rows of any schema: what has no column type becomes JSON text, what has no time its own folder', async () => {
    await using sink = openFileSink({ dir, shop: 'demo' });
    const row = (n: number, _time: number | null) =>
      record(n, { _row: n, _time, price: 1.5, photo: Buffer.from([1, 255]), day: 14_944, tags: ['a', 'b'] }, 'k');
    await sink.put(batchOf('raw.tills', [row(0, purchase(0).time), row(1, null)], { schema: rawSchema }), false);
    expect([...(await filesIn(dir)).keys()]).toEqual([
      'demo/raw.tills/date=2010-12-01/0-0-1.parquet',
      'demo/raw.tills/date=__HIVE_DEFAULT_PARTITION__/0-0-1.parquet',
    ]);
    const select =
      'select _row, _key, _time::varchar as time, price, hex(photo) as photo, day::varchar as day, tags, date::varchar as date';
    expect(await query(`${select} from ${glob()} order by _row`)).toEqual([
      {
        ...{ _row: '0', _key: 'k', time: '2010-12-01 08:26:00+00', price: 1.5, photo: '01FF', day: '2010-12-01' },
        ...{ tags: '["a","b"]', date: '2010-12-01' },
      },
      { _row: '1', _key: 'k', time: null, price: 1.5, photo: '01FF', day: '2010-12-01', tags: '["a","b"]', date: null },
    ]);
  });

  it('writes a tombstone as a row that has only its key', async () => {
    await using sink = openFileSink({ dir, shop: 'demo' });
    await sink.put(batchOf('events', [record(0, purchase(0), 'c0'), record(1, null, 'c0')]), false);
    expect(await query(`select _offset, _key, eventId from ${glob()} order by _offset`)).toEqual([
      { _offset: '0', _key: 'c0', eventId: 'test-0' },
      { _offset: '1', _key: 'c0', eventId: null },
    ]);
  });

  for (const format of ['parquet', 'avro'] as const) {
    it(`puts the same bytes when a range is put again (${format})`, async () => {
      await using sink = openFileSink({ dir, shop: 'demo', format });
      await using other = openFileSink({ dir: join(dir, 'other'), shop: 'demo', format });
      const range = batchOf('events', records(0, 100));
      await sink.put(range, false);
      const before = await filesIn(join(dir, 'demo'));
      await sink.put(range, true);
      await sink.put(range, false);
      await other.put(range, false);
      expect(before.size).toBe(5);
      expect(await filesIn(join(dir, 'demo'))).toEqual(before);
      expect(await filesIn(join(dir, 'other', 'demo'))).toEqual(before);
    });
  }

  it('completes a range that was put in part, and sweeps what a dead process left', async () => {
    await using sink = openFileSink({ dir, shop: 'demo' });
    const range = batchOf('events', records(0, 100));
    await sink.put(range, false);
    const before = await filesIn(dir);
    const [first, second] = [...before.keys()];
    await rm(join(dir, second ?? ''));
    await writeFile(join(dir, dirname(first ?? ''), '.0-0-99.parquet.5e1f.tmp'), 'torn');
    await sink.put(range, true);
    expect(await filesIn(dir)).toEqual(before);
  });

  it('removes a topic, or all of its shop', async () => {
    await using sink = openFileSink({ dir, shop: 'demo' });
    await sink.remove('events');
    const range = batchOf('events', records(0, 10));
    await sink.put(range, false);
    await sink.put({ ...range, topic: 'events-too' }, false);
    await sink.remove('events');
    expect([...(await filesIn(dir)).keys()]).toEqual(['demo/events-too/date=2010-12-01/0-0-9.parquet']);
    await sink.remove(undefined);
    expect((await filesIn(dir)).size).toBe(0);
  });

  it('writes Avro containers that other readers of Avro read', async () => {
    await using sink = openFileSink({ dir, shop: 'demo', format: 'avro' });
    await sink.put(batchOf('events', records(0, 10)), false);
    const rows: unknown[] = [];
    const path = join(dir, 'demo/events/date=2010-12-01/0-0-9.avro');
    for await (const row of avro.createFileDecoder(path)) {
      const { amount, unitPrice, ...others } = Object(row);
      rows.push({ ...others, amount: amount.readBigInt64BE(), unitPrice: unitPrice.readBigInt64BE() });
    }
    const money = { amount: 51_000n, unitPrice: 25_500n };
    expect(rows).toEqual(
      Array.from({ length: 10 }, (_, n) => ({ _partition: 0, _offset: n, _key: null, ...purchase(n), ...money })),
    );
  });

  it('says REFUSED where it may not write', async () => {
    await writeFile(join(dir, 'demo'), 'not a folder');
    await using sink = openFileSink({ dir, shop: 'demo' });
    await expect(sink.put(batchOf('events', records(0, 1)), false)).rejects.toMatchObject({ code: 'REFUSED' });
  });
});
