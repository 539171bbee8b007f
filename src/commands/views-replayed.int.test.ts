/** Every view gives the same rows from MariaDB and from SQLite, after real replays into both. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateMariadb } from '../../connectors/sinks/mariadb-migrate.ts';
import { serverOfTests } from '../../connectors/sinks/mariadb-server.testing.ts';
import { type Row, textOfView, views } from '../../connectors/sinks/views.testing.ts';
import { mariadbViews } from '../../connectors/sinks/views-mariadb.testing.ts';
import { ebbOk, realFile, startEbb } from './ebb.testing.ts';
import { mariadbEnvironment } from './stores.testing.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const retail = realFile('uci_online_retail.csv.gz');

const { newDatabase } = serverOfTests();
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-views-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A descriptor of its own for the sample, as a user makes one. */
async function sample(): Promise<readonly string[]> {
  const file = resolve(import.meta.dirname, '../../datasets/sample.csv');
  const descriptor = join(dir, 'sample.json');
  await writeFile(descriptor, (await ebbOk('inspect', file, '--json')).stdout);
  return [file, '--dataset', descriptor];
}

/** The first 40,000 lines of a real file. */
async function part(of: string): Promise<readonly string[]> {
  const file = join(dir, 'part.csv');
  const output = createWriteStream(file);
  let lines = 0;
  for await (const line of createInterface({ input: createReadStream(of).pipe(createGunzip()) })) {
    output.write(`${line}\n`);
    lines += 1;
    if (lines === 40_000) break;
  }
  await new Promise((done) => output.end(done));
  return [file, '--dataset', 'online-retail'];
}

async function replayed(source: readonly string[], name: string): Promise<void> {
  const login = await newDatabase();
  await migrateMariadb(login);
  const replay = ['replay', ...source, '--shop', 'test', '--run', '--data'];
  const [there, here] = [join(dir, `${name}-mariadb`), join(dir, `${name}-sqlite`)];
  const { code, stderr } = await startEbb([...replay, there], '', mariadbEnvironment(login)).ended;
  expect(code, stderr).toBe(0);
  await ebbOk(...replay, here);
  await compare(login, join(here, 'tables.sqlite'));
}

async function compare(login: Parameters<typeof mariadbViews>[0], file: string): Promise<void> {
  using sqlite = new DatabaseSync(file, { readOnly: true });
  await using mariadb = await mariadbViews(login);
  const span = sqlite.prepare('select min(time) as first, max(time) as last from ecommerce_events').get();
  const [first, last] = [Number(span?.first), Number(span?.last)];
  const lastDay = Math.ceil(last / DAY) * DAY;
  const lastHour = Math.ceil(last / HOUR) * HOUR;
  const ranges = [
    { from: Math.floor(first / DAY) * DAY, to: lastDay },
    { from: lastDay - 28 * DAY, to: lastDay },
    { from: lastHour - 5 * HOUR, to: lastHour },
  ];
  let rows = 0;
  for (const name of views)
    for (const range of ranges) {
      const sql = textOfView(name);
      const given = { shop: 'test', ...range, horizon: 90 * DAY, margin: 1 };
      const values = Object.fromEntries(Object.entries(given).filter(([key]) => sql.includes(`:${key}`)));
      const expected = sqlite.prepare(sql).all(values);
      const actual = await mariadb.select(sql, values);
      expect(actual.map(rounded), `${name} from ${range.from} to ${range.to}`).toEqual(expected.map(rounded));
      rows += actual.length;
    }
  expect(rows).toBeGreaterThan(views.length);
}

/** Sums of doubles depend on their order, in the last digits. */
function rounded(row: Row): Row {
  const pairs = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(12)) : value,
  ]);
  return Object.fromEntries(pairs);
}

describe('the views after a replay', () => {
  it('are the same in MariaDB and SQLite: the sample', { timeout: 180_000 }, async () => {
    await replayed(await sample(), 'sample');
  });

  it.skipIf(retail === undefined)(
    'are the same in MariaDB and SQLite: part of online retail (needs the dataset)',
    { timeout: 300_000 },
    async () => {
      await replayed(await part(retail ?? ''), 'retail');
    },
  );
});
