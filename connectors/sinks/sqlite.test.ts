import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CategoryMetric, ClientProfile, DeadLetter } from '../../schemas/generated.ts';
import { churnRecords } from './sample-churn.ts';
import { batchOf, purchase, record, records, start } from './sample-events.ts';
import { openSqliteSink } from './sqlite.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-sqlite-sink-'));
  path = join(folder, 'shop.db');
});
afterEach(() => rm(folder, { recursive: true }));

function query(sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(path);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

const events = { topic: 'events', partition: 0 };

describe('the SQLite sink', () => {
  it('writes a record as a row: names in snake case, booleans as 0 and 1, what is absent as null', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    const taken = await sink.take(events);
    await taken.write(batchOf('events', [record(0, purchase(4)), record(1, purchase(5))]));
    expect(query('select * from ecommerce_events order by event_id')).toEqual([
      {
        ...{ shop: 'demo', event_id: 'test-4', customer_id: 'c4', kind: 'PURCHASE', time: start + 4 * 3_600_000 },
        ...{ order_id: null, product: 'p4', category: 'Café №1', unit_price: 255, quantity: 2, amount: 510 },
        ...{ currency: 'GBP', payment_method: null, gender: null, age: null, country: 'United Kingdom' },
        ...{ returned: 1, local_date: '2010-12-01', local_hour: 12 },
      },
      expect.objectContaining({ event_id: 'test-5', age: 30, returned: 0 }),
    ]);
  });

  it.each(churnRecords)('writes $topic into its table', async ({ topic, table, value, row }) => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    const taken = await sink.take({ topic, partition: 0 });
    await taken.write(batchOf(topic, [record(0, value), record(1, value)]));
    expect(query(`select * from ${table}`)).toEqual([expect.objectContaining({ shop: 'demo', ...row })]);
  });

  it('stores whole numbers as integers', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    await (await sink.take(events)).write(batchOf('events', [record(0, purchase(1, { amount: 2 ** 53 - 1 }))]));
    expect(query('select typeof(amount) as kind, cast(amount as text) as amount from ecommerce_events')).toEqual([
      { kind: 'integer', amount: '9007199254740991' },
    ]);
  });

  it('says where to go on: undefined at first, then after the last batch', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    const taken = await sink.take(events);
    expect(taken.position).toBeUndefined();
    await taken.write(batchOf('events', records(0, 45)));
    expect((await sink.take(events)).position).toBe(45);
    expect((await sink.take({ ...events, partition: 1 })).position).toBeUndefined();
  });

  it('writes nothing for an owner whose partition was taken over', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    await using successor = openSqliteSink({ path, shop: 'demo' });
    const zombie = await sink.take(events);
    await zombie.write(batchOf('events', records(0, 3)));
    const owner = await successor.take(events);
    await expect(zombie.write(batchOf('events', records(3, 3)))).rejects.toMatchObject({ code: 'FENCED' });
    await owner.write(batchOf('events', records(3, 1)));
    expect(query('select count(*) as n from ecommerce_events')).toEqual([{ n: 4 }]);
  });

  it('skips what is before its position', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    const taken = await sink.take(events);
    await taken.write(batchOf('events', records(0, 5)));
    await taken.write(batchOf('events', [record(4, purchase(99)), record(5, purchase(5))]));
    await taken.write(batchOf('events', records(0, 5)));
    expect(query('select count(*) as n, max(event_id) as last from ecommerce_events')).toEqual([
      { n: 6, last: 'test-5' },
    ]);
    expect((await sink.take(events)).position).toBe(6);
  });

  it('keeps the last row of a key', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    const taken = await sink.take({ topic: 'category-metrics', partition: 0 });
    const hour = (revenue: number, windowStart = start): CategoryMetric => ({
      ...{ category: 'Books', windowStart, windowEnd: windowStart + 3_600_000, transactions: 1, uniqueCustomers: 1 },
      ...{ revenue, minPrice: null, avgPrice: 12.5, maxPrice: null, quantity: 1, returns: 0, complete: false },
    });
    await taken.write(batchOf('category-metrics', [record(0, hour(1)), record(1, hour(2)), record(2, hour(7, 0))]));
    await taken.write(batchOf('category-metrics', [record(3, hour(3))]));
    expect(query('select revenue, avg_price, complete from category_metrics order by window_start desc')).toEqual([
      { revenue: 3, avg_price: 12.5, complete: 0 },
      { revenue: 7, avg_price: 12.5, complete: 0 },
    ]);
  });

  it('deletes the row of a tombstone, in its place among the others', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    const taken = await sink.take({ topic: 'client-profiles', partition: 0 });
    const profile = (customerId: string, purchases: number): ClientProfile => ({
      ...{ customerId, purchases, orders: 1, spend: 1, averageBasket: 1, averagePrice: null, quantity: 1, returns: 0 },
      ...{ preferredPayment: null, favouriteCategory: null, firstSeen: 1, lastSeen: 2, firstPurchase: 1 },
      ...{ lastPurchase: 2, gender: null, age: null, country: null, currency: 'GBP' },
    });
    const of = [
      record(0, profile('a', 1), 'a'),
      record(1, profile('b', 1), 'b'),
      record(2, null, 'a'),
      record(3, null, 'b'),
      record(4, profile('b', 2), 'b'),
    ];
    await taken.write(batchOf('client-profiles', of));
    expect(query('select customer_id, purchases from client_profiles')).toEqual([{ customer_id: 'b', purchases: 2 }]);
  });

  it('keeps the bytes of a dead letter', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    const taken = await sink.take({ topic: 'normalise.dead', partition: 2 });
    const letter: DeadLetter = {
      ...{ topology: 'normalise', topic: 'demo.raw.x', partition: 2, offset: 9, code: 'BAD_TIME', message: 'no date' },
      ...{ key: null, value: Buffer.from([0, 255]) },
    };
    await taken.write(batchOf('normalise.dead', [record(0, letter)], { partition: 2 }));
    expect(query('select * from dead_letters')).toEqual([
      {
        ...{ shop: 'demo', topology: 'normalise', topic: 'demo.raw.x', source_partition: 2, source_offset: 9 },
        ...{ code: 'BAD_TIME', message: 'no date', record_key: null, record_value: new Uint8Array([0, 255]) },
      },
    ]);
  });

  it('keeps shops apart in one file', async () => {
    await using here = openSqliteSink({ path, shop: 'here' });
    await using there = openSqliteSink({ path, shop: 'there' });
    await (await here.take(events)).write(batchOf('events', records(0, 2)));
    const taken = await there.take(events);
    expect(taken.position).toBeUndefined();
    await taken.write(batchOf('events', records(0, 1)));
    expect(query('select shop, count(*) as n from ecommerce_events group by shop')).toEqual([
      { shop: 'here', n: 2 },
      { shop: 'there', n: 1 },
    ]);
  });

  it('refuses a topic that has no table, and a row that breaks its rules', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    await expect(sink.take({ topic: 'raw.uci', partition: 0 })).rejects.toMatchObject({ code: 'REFUSED' });
    const taken = await sink.take(events);
    const nameless = record(1, { ...purchase(1), kind: null });
    const written = taken.write(batchOf('events', [record(0, purchase(0)), nameless]));
    await expect(written).rejects.toMatchObject({ code: 'BAD_RECORD' });
    expect(query('select count(*) as n from ecommerce_events')).toEqual([{ n: 0 }]);
  });

  it('says FULL when there is no room, and loses nothing', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo', pages: 40 });
    const taken = await sink.take(events);
    let position = 0;
    const fill = async () => {
      for (; ; position += 50) {
        await taken.write(batchOf('events', records(position, 50)));
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'FULL' });
    expect((await sink.take(events)).position).toBe(position);
    expect(query('select count(*) as n from ecommerce_events')).toEqual([{ n: position }]);
  });

  it('says UNAVAILABLE while another process holds the file', async () => {
    await using sink = openSqliteSink({ path, shop: 'demo' });
    const taken = await sink.take(events);
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    await expect(taken.write(batchOf('events', records(0, 1)))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    other.close();
    await taken.write(batchOf('events', records(0, 1)));
    expect(query('select count(*) as n from ecommerce_events')).toEqual([{ n: 1 }]);
  });
});
