/** The MariaDB sink with users, certificates and disks as they are where it matters. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mariadb';
import { expect, it, vi } from 'vitest';
import { rowsOf } from './contract-mariadb.ts';
import { appendPurchases, runToTheEnd } from './contract-shop.ts';
import { count, expected, newFolder, shopIn } from './contract-start.ts';
import { cutAtCommit } from './cut-at-commit.testing.ts';
import { openMariadbSink } from './mariadb.ts';
import { connectionOptions, type MariadbLogin } from './mariadb-login.ts';
import { migrateMariadb } from './mariadb-migrate.ts';
import { serverOfTests } from './mariadb-server.testing.ts';
import { batchOf, purchase, record, records } from './sample-events.ts';

let certificate = '';
const { mariadb, newDatabase } = serverOfTests((dir) => {
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  mkdirSync(dir, { recursive: true });
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...words, ...names], { stdio: 'pipe' });
  certificate = readFileSync(cert, 'utf8');
  // All tables in one file that ends at 64 MB: a disk that is soon full.
  const small = { 'innodb-file-per-table': '0', 'innodb-data-file-path': 'ibdata1:12M:autoextend:max:64M' };
  return { 'ssl-cert': cert, 'ssl-key': key, ...small };
});
const place = { topic: 'events', partition: 0 };

async function migrated(): Promise<MariadbLogin> {
  const login = await newDatabase();
  await migrateMariadb(login);
  return login;
}

async function eventIds(login: MariadbLogin): Promise<readonly string[]> {
  return (await rowsOf(login, 'select event_id as id from ecommerce_events')).map(({ id }) => String(id)).sort();
}

it('finds out what became of a COMMIT whose answer was lost, and writes nothing twice', async () => {
  const login = await migrated();
  await using way = await cutAtCommit(mariadb(), 6);
  await using shop = await shopIn(await newFolder());
  await appendPurchases(shop, 0, count);
  await using sink = openMariadbSink({ ...login, port: way.port, shop: 'demo' });
  const small = { records: 10, bytes: 1 << 20, linger: 0, atOnce: 2 };
  await runToTheEnd(shop, sink, { backoff: { first: 1, longest: 20 }, limits: small });
  expect(way.cuts()).toBe(6);
  expect(await eventIds(login)).toEqual(expected);
  const [sums] = await rowsOf(login, 'select sum(amount) as amount, count(*) as n from ecommerce_events');
  expect(sums).toEqual({ amount: String(510 * count), n: BigInt(count) });
});

it('speaks TLS, to whom it trusts', async () => {
  const login = await migrated();
  await using connection = await createConnection(connectionOptions(login));
  await connection.query(`create or replace user safe@'%' identified by 'safe' require ssl`);
  await connection.query(`grant all privileges on ${login.database}.* to safe@'%'`);
  const safe = { ...login, user: 'safe', password: 'safe', shop: 'demo' };
  await using plain = openMariadbSink(safe);
  await expect(plain.take(place)).rejects.toMatchObject({ code: 'REFUSED' });
  await using secure = openMariadbSink({ ...safe, tls: { ca: certificate } });
  expect((await secure.take(place)).position).toBeUndefined();
  const others = [
    { ...safe, tls: true },
    { ...safe, host: 'localhost', tls: { ca: certificate } },
  ] as const;
  for (const options of others) {
    await using stranger = openMariadbSink(options);
    const refusal = { code: 'REFUSED', message: expect.stringContaining('TLS') };
    await expect(stranger.take(place)).rejects.toMatchObject(refusal);
  }
});

it('needs no more than sql/grants.sql gives', async () => {
  const root = { ...(await newDatabase()), database: 'mysql' };
  await using administrator = await createConnection({ ...connectionOptions(root), multipleStatements: true });
  await administrator.query('drop database ebb');
  await administrator.query(readFileSync(new URL('../../sql/grants.sql', import.meta.url), 'utf8'));
  const as = (user: string): MariadbLogin => ({ ...root, database: 'ebb', user, password: 'choose-a-password' });
  await migrateMariadb(as('ebb_migrator'));

  await using sink = openMariadbSink({ ...as('ebb_writer'), shop: 'demo' });
  const taken = await sink.take(place);
  await taken.write(batchOf('events', records(0, 10)));
  const profiles = await sink.take({ topic: 'client-profiles', partition: 0 });
  await profiles.write(batchOf('client-profiles', [record(0, null, 'c1')]));
  await expect(rowsOf(as('ebb_writer'), 'drop table sessions')).rejects.toMatchObject({ errno: 1142 });

  expect(await eventIds(as('ebb_reader'))).toHaveLength(10);
  await using reading = openMariadbSink({ ...as('ebb_reader'), shop: 'demo' });
  await expect(reading.take(place)).rejects.toMatchObject({
    code: 'REFUSED',
    message: expect.stringContaining('sql/grants.sql'),
  });
});

it('says that the disk is full, and goes on when there is room', { timeout: 120_000 }, async () => {
  const login = await migrated();
  await using sink = openMariadbSink({ ...login, shop: 'demo' });
  const taken = await sink.take(place);
  const wide = (from: number) =>
    Array.from({ length: 10_000 }, (_, n) => record(from + n, purchase(from + n, { product: 'x'.repeat(1000) })));
  let written = 0;
  const fill = async () => {
    for (; ; written += 10_000) await taken.write(batchOf('events', wide(written)));
  };
  await expect(fill()).rejects.toMatchObject({ code: 'FULL' });
  const rows = async () => (await rowsOf(login, 'select count(*) as n from ecommerce_events'))[0]?.n;
  expect(await rows()).toBe(BigInt(written));
  await rowsOf(login, 'delete from ecommerce_events');
  // The server gives the room of deleted rows back a while later.
  const again = () => taken.write(batchOf('events', wide(written)));
  await vi.waitFor(again, { timeout: 90_000, interval: 500 });
  expect(await rows()).toBe(10_000n);
});
