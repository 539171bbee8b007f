import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { rowsOf } from './contract-mariadb.ts';
import { migrateMariadb } from './mariadb-migrate.ts';
import { serverOfTests } from './mariadb-server.testing.ts';
import { migrations } from './migrations.ts';

const { newDatabase } = serverOfTests();
const own = migrations().map(({ name }) => name);

async function folderWith(scripts: Readonly<Record<string, string>>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-migrations-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(scripts)) await writeFile(join(folder, name), text);
  return pathToFileURL(`${folder}/`);
}

async function tablesIn(login: Parameters<typeof rowsOf>[0]): Promise<readonly string[]> {
  const rows = await rowsOf(
    login,
    'select table_name as name from information_schema.tables where table_schema = database()',
  );
  return rows.map(({ name }) => String(name)).sort();
}

it('makes the tables once, with ids that differ in case or blanks kept apart', async () => {
  const login = await newDatabase();
  expect(await migrateMariadb(login)).toEqual({ applied: own, before: [] });
  expect(await migrateMariadb(login)).toEqual({ applied: [], before: own });
  expect(await tablesIn(login)).toEqual(expect.arrayContaining(['dead_letters', 'ecommerce_events', 'sink_positions']));
  const kinds = await rowsOf(
    login,
    `select distinct engine, table_collation as collation from information_schema.tables where table_schema = database()`,
  );
  expect(kinds).toEqual([{ engine: 'InnoDB', collation: 'utf8mb4_nopad_bin' }]);
});

it('lets one of several work, while the others wait and find it done', async () => {
  const login = await newDatabase();
  const done = await Promise.all([migrateMariadb(login), migrateMariadb(login), migrateMariadb(login)]);
  expect(done.filter(({ applied }) => applied.length > 0)).toEqual([{ applied: own, before: [] }]);
});

it('says what it would do, and changes nothing', async () => {
  const login = await newDatabase();
  expect(await migrateMariadb(login, { dryRun: true })).toEqual({ applied: own, before: [] });
  expect(await tablesIn(login)).toEqual([]);
});

it('applies scripts in order, and goes on after one that failed where it had stopped', async () => {
  const login = await newDatabase();
  const first = { '0001-things.sql': 'create table things (id integer primary key)' };
  const wrong = await folderWith({ ...first, '0002-more.sql': 'alter table thing add column size integer' });
  await expect(migrateMariadb(login, { folder: wrong })).rejects.toMatchObject({ code: 'FAILED' });
  const right = await folderWith({ ...first, '0002-more.sql': 'alter table things add column size integer' });
  expect(await migrateMariadb(login, { folder: right })).toEqual({
    applied: ['0002-more.sql'],
    before: ['0001-things.sql'],
  });
});

it('refuses a script that was changed after it was applied, and a database of a newer Ebb', async () => {
  const login = await newDatabase();
  const two = { '0001-a.sql': 'create table a (id integer)', '0002-b.sql': 'create table b (id integer)' };
  await migrateMariadb(login, { folder: await folderWith(two) });
  const changed = await folderWith({ ...two, '0001-a.sql': 'create table a (id bigint)', '0003-c.sql': 'select 1' });
  await expect(migrateMariadb(login, { folder: changed })).rejects.toMatchObject({
    code: 'CHANGED',
    message: expect.stringContaining('0001-a.sql'),
  });
  const older = await folderWith({ '0001-a.sql': two['0001-a.sql'] });
  await expect(migrateMariadb(login, { folder: older })).rejects.toMatchObject({ code: 'UNKNOWN' });
});

it('takes no database with tables of others and a collation that does not tell ids apart', async () => {
  const login = await newDatabase();
  await rowsOf(login, 'alter database collate utf8mb4_general_ci');
  await rowsOf(login, 'create table theirs (id integer)');
  await expect(migrateMariadb(login)).rejects.toMatchObject({ code: 'COLLATION' });
});
