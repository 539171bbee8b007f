import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mariadb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Event, eventSchema } from '../../schemas/generated.ts';
import { openSerde } from '../../src/avro/serde.ts';
import { rowsOf } from './contract-mariadb.ts';
import { appendPurchases, runToTheEnd, type Shop } from './contract-shop.ts';
import { count, expected, newFolder, shopIn } from './contract-start.ts';
import { openMariadbSink } from './mariadb.ts';
import { connectionOptions, type MariadbLogin } from './mariadb-login.ts';
import { migrateMariadb } from './mariadb-migrate.ts';
import { serverOfTests } from './mariadb-server.testing.ts';
import { churnRecords } from './sample-churn.ts';
import { batchOf, purchase, record, records } from './sample-events.ts';
import type { TransactionalSink } from './sink.ts';

const { mariadb, newDatabase } = serverOfTests();
const shop = 'demo';
const patient = { backoff: { first: 10, longest: 100 } };
const small = { records: 10, bytes: 1 << 20, linger: 0, atOnce: 2 };

async function migrated(): Promise<MariadbLogin> {
  const login = await newDatabase();
  await migrateMariadb(login);
  return login;
}

function opened(login: MariadbLogin): TransactionalSink {
  const sink = openMariadbSink({ ...login, shop });
  onTestFinished(() => sink[Symbol.asyncDispose]());
  return sink;
}

async function eventIds(login: MariadbLogin): Promise<readonly string[]> {
  return (await rowsOf(login, 'select event_id as id from ecommerce_events')).map(({ id }) => String(id)).sort();
}

async function append({ log, registry }: Shop, events: readonly Event[]): Promise<void> {
  const serde = await openSerde<Event>(registry, 'demo.events-value', eventSchema);
  const told = events.map((event) => ({ key: Buffer.from(event.customerId ?? ''), value: serde.encode(event) }));
  await log.append([{ topic: 'demo.events', partition: 0, records: told }]);
}

describe('the MariaDB sink, when the server fails', () => {
  it('writes every record once when the server is killed over and over', { timeout: 120_000 }, async () => {
    const login = await migrated();
    await using shop = await shopIn(await newFolder());
    await appendPurchases(shop, 0, count);
    let kills = 0;
    let down = Promise.resolve();
    const killNow = async () => {
      await delay(Math.random() * 10);
      await mariadb().kill();
      await mariadb().start();
    };
    const onProgress = () => {
      if (kills === 5) return;
      kills += 1;
      down = down.then(killNow);
    };
    await using sink = openMariadbSink({ ...login, shop: 'demo' });
    await runToTheEnd(shop, sink, { ...patient, limits: small, onProgress });
    await down;
    expect(kills).toBe(5);
    expect(await eventIds(login)).toEqual(expected);
  });

  it('waits for a server that is down when it begins, and one that hangs', { timeout: 120_000 }, async () => {
    const login = await migrated();
    await using shop = await shopIn(await newFolder());
    await appendPurchases(shop, 0, count);
    await mariadb().stop();
    const codes = new Set<unknown>();
    const onRetry = (_at: unknown, error: unknown) =>
      void codes.add(error instanceof Error && 'code' in error && error.code);
    await using sink = openMariadbSink({ ...login, shop: 'demo' });
    let hangs = 0;
    const onProgress = () => {
      if (hangs++ > 0) return;
      mariadb().pause();
      setTimeout(() => mariadb().resume(), 2_000);
    };
    const running = runToTheEnd(shop, sink, { ...patient, limits: small, onRetry, onProgress });
    await delay(5_000);
    await mariadb().start();
    await running;
    expect(codes).toEqual(new Set(['UNAVAILABLE']));
    expect(await eventIds(login)).toEqual(expected);
  });

  it('tries again when it is the one to give way in a deadlock, or its connection is ended', async () => {
    const login = await migrated();
    const taken = await opened(login).take({ topic: 'events', partition: 0 });
    await taken.write(batchOf('events', records(0, 40)));
    await using other = await createConnection(connectionOptions(login));
    const waiting = async () => {
      const sql = `select id from information_schema.processlist
        where db = database() and id <> connection_id() and command <> 'Sleep' and time_ms > 200`;
      for (;;) {
        const [row] = await rowsOf(login, sql);
        if (row !== undefined) return row.id;
        await delay(10);
      }
    };
    /** Takes a row of the batch, and has changed more than the batch will. */
    const begin = async () => {
      await other.beginTransaction();
      await other.query(
        `insert into late_events (shop, topology, store, topic, source_partition, source_offset, record_key, time, watermark, reason)
         select 'x', '', '', '', 0, seq, '', 0, 0, '' from seq_1_to_2000`,
      );
      await other.query("update ecommerce_events set amount = 1 where event_id = 'test-30'");
    };
    const again = batchOf('events', [...records(0, 40), record(40, purchase(40))]);
    const moved = { ...again, records: again.records.map((one) => ({ ...one, offset: one.offset + 40 })), next: 81 };

    await begin();
    const deadlocked = expect(taken.write(moved)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('head on'),
    });
    await waiting();
    const theirs = other.query("update ecommerce_events set amount = 1 where event_id = 'test-5'");
    await deadlocked;
    await theirs;
    await other.rollback();

    await begin();
    const ended = expect(taken.write(moved)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await rowsOf(login, `kill ${await waiting()}`);
    await ended;
    await other.rollback();

    await taken.write(moved);
    expect(await eventIds(login)).toHaveLength(41);
  });

  it('says what to do where waiting does not help', async () => {
    const login = await migrated();
    const take = (changes: Partial<MariadbLogin>) =>
      opened({ ...login, ...changes }).take({ topic: 'events', partition: 0 });
    await expect(take({ password: 'wrong' })).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(
        /root@127.0.0.1:\d+\/test_\d+: it does not let the user in: check user and password/,
      ),
    });
    await expect(take({ database: 'nowhere' })).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('there is no such database'),
    });
    await expect(take({ ...(await newDatabase()) })).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('a table is missing: run `ebb db migrate`'),
    });
  });
});

describe('the MariaDB sink', () => {
  it('makes a dead letter of each row that does not fit, with its bytes, and writes the others', async () => {
    const login = await migrated();
    await using shop = await shopIn(await newFolder());
    const events = Array.from({ length: 50 }, (_, n) => purchase(n));
    events[7] = purchase(7, { product: 'x'.repeat(1025) });
    events[20] = purchase(20, { currency: `EUR${' '.repeat(20)}` });
    events[49] = purchase(49, { kind: 'RETURN', paymentMethod: '💳'.repeat(256) });
    await append(shop, events);
    await using sink = openMariadbSink({ ...login, shop: 'demo' });
    await runToTheEnd(shop, sink);
    expect(await eventIds(login)).toHaveLength(47);
    const letters = await rowsOf(
      login,
      'select topology, topic, source_offset, code, message, record_key, record_value from dead_letters order by source_offset',
    );
    expect(letters.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^ecommerce_events: Data too long for column 'product'/),
      expect.stringMatching(/^ecommerce_events: Data truncated for column 'currency'/),
      expect.stringMatching(/^ecommerce_events: Data too long for column 'payment_method'/),
    ]);
    const serde = await openSerde<Event>(shop.registry, 'demo.events-value', eventSchema);
    for (const [index, offset] of [7, 20, 49].entries())
      expect(letters[index]).toMatchObject({
        ...{ topology: 'sink.mariadb', topic: 'demo.events', code: 'BAD_ROW', source_offset: BigInt(offset) },
        ...{ record_key: Buffer.from(`c${offset % 7}`), record_value: serde.encode(events[offset] ?? purchase(0)) },
      });
  });

  it('says where a row is that does not fit, when it has no way to keep it', async () => {
    const taken = await opened(await migrated()).take({ topic: 'events', partition: 0 });
    const bad = record(3, purchase(3, { product: 'x'.repeat(1025) }));
    await expect(taken.write(batchOf('events', [...records(0, 3), bad]))).rejects.toMatchObject({
      code: 'BAD_RECORD',
      message: expect.stringContaining('events/0'),
    });
  });

  it('fences whoever had the partition, and skips what is written', async () => {
    const login = await migrated();
    const [old, young] = [opened(login), opened(login)];
    const place = { topic: 'events', partition: 0 };
    const zombie = await old.take(place);
    await zombie.write(batchOf('events', records(0, 10)));
    const owner = await young.take(place);
    expect(owner.position).toBe(10);
    await expect(zombie.write(batchOf('events', records(10, 10)))).rejects.toMatchObject({ code: 'FENCED' });
    expect(await eventIds(login)).toHaveLength(10);
    await owner.write(batchOf('events', records(5, 10)));
    await owner.write(batchOf('events', records(5, 10)));
    expect(await eventIds(login)).toHaveLength(15);
  });

  it('keeps every value as it is', async () => {
    const login = await migrated();
    const taken = await opened(login).take({ topic: 'events', partition: 0 });
    const [most, least] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    const odd: readonly Event[] = [
      purchase(0, { eventId: 'a', amount: most, quantity: least, time: 0, age: 2_147_483_647 }),
      purchase(1, { eventId: 'A', amount: least, unitPrice: 0, customerId: '', age: -2_147_483_648 }),
      purchase(2, { eventId: 'a ', customerId: '9007199254740993', product: '𝄞💶e\u0301é\u0000\n\t\\\'"' }),
      purchase(3, { eventId: 'ä', product: null, unitPrice: null, time: -62_135_596_800_000, returned: false }),
      purchase(4, { eventId: 'a\u0308', product: '𝄞'.repeat(1024), time: 253_402_300_799_999, returned: true }),
    ];
    await taken.write(
      batchOf(
        'events',
        odd.map((event, offset) => record(offset, event)),
      ),
    );
    const rows = await rowsOf(
      login,
      'select event_id, customer_id, time, product, unit_price, quantity, amount, age, returned from ecommerce_events',
    );
    const byId = new Map(rows.map((row) => [row.event_id, row]));
    for (const event of odd)
      expect(byId.get(event.eventId)).toEqual({
        ...{ event_id: event.eventId, customer_id: event.customerId, product: event.product, age: event.age },
        ...{ time: BigInt(event.time), quantity: BigInt(event.quantity), amount: BigInt(event.amount) },
        unit_price: event.unitPrice === null ? null : BigInt(event.unitPrice),
        returned: event.returned === null ? null : Number(event.returned),
      });
  });

  it.each(churnRecords)('writes $topic into its table', async ({ topic, table, value, row }) => {
    const login = await migrated();
    const taken = await opened(login).take({ topic, partition: 0 });
    await taken.write(batchOf(topic, [record(0, value), record(1, value)]));
    const whole = (cell: unknown) => (typeof cell === 'bigint' ? Number(cell) : cell);
    const rows = (await rowsOf(login, `select * from ${table}`)).map((found) =>
      Object.fromEntries(Object.entries(found).map(([name, cell]) => [name, whole(cell)])),
    );
    expect(rows).toEqual([expect.objectContaining(row)]);
  });

  it('keeps doubles to the last bit, replaces rows of one key, and deletes by tombstones', async () => {
    const login = await migrated();
    const taken = await opened(login).take({ topic: 'client-profiles', partition: 0 });
    const profile = { customerId: 'c', purchases: 1, orders: 1, spend: 1, quantity: 1, returns: 0, firstSeen: 0 };
    const value = { ...profile, lastSeen: 0, currency: 'EUR', averageBasket: 1, averagePrice: 0.1 + 0.2 };
    const others = [Number.MIN_VALUE, Number.MAX_VALUE, 1 / 3, 5e15 + 0.5];
    const rows = others.map((averageBasket, n) => ({ ...value, customerId: `c${n}`, averageBasket }));
    await taken.write(
      batchOf(
        'client-profiles',
        [value, ...rows].map((one, offset) => record(offset, one, one.customerId)),
      ),
    );
    const read = () =>
      rowsOf(login, 'select average_basket as a, average_price as b from client_profiles order by customer_id');
    expect(await read()).toEqual([1, ...others].map((a) => ({ a, b: 0.1 + 0.2 })));
    const after = [record(5, { ...value, averageBasket: 7 }, 'c'), record(6, null, 'c0'), record(7, null, 'c2')];
    await taken.write(batchOf('client-profiles', after));
    expect((await read()).map(({ a }) => a)).toEqual([7, Number.MAX_VALUE, 5e15 + 0.5]);
  });
});
