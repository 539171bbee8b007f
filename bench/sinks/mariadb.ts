/** The MariaDB sink beside what bounds it: LOAD DATA LOCAL of the same rows into the same tables. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mariadb';
import { inLanes } from '../../connectors/sinks/lanes.ts';
import { openMariadbSink } from '../../connectors/sinks/mariadb.ts';
import { connectionOptions, type MariadbLogin } from '../../connectors/sinks/mariadb-login.ts';
import { migrateMariadb } from '../../connectors/sinks/mariadb-migrate.ts';
import { type SqlValue, tableFor } from '../../connectors/sinks/tables.ts';
import { startMariadb } from '../../scripts/stack/mariadb.ts';
import { type Measured, measure } from '../measure.ts';
import { batches, parts } from '../sink-batches.ts';
import { megabytes, printTable } from '../table.ts';

const rounds = 3;
const shop = 'uci';

/** In memory, so that making them is not measured. */
const ranges = [...batches(10_000)].slice(0, 24);
const rows = ranges.reduce((sum, { records }) => sum + records.length, 0);

const dir = await mkdtemp(join(tmpdir(), 'ebb-bench-mariadb-'));
/** Of one round of all partitions each: the client breaks off at a file of 35 MB. */
const files: readonly string[] = Array.from({ length: ranges.length / parts.length }, (_, index) =>
  join(dir, `${index}.tsv`),
);
try {
  await using server = await startMariadb({ dir: join(dir, 'server') });
  const login = { host: server.host, port: server.port, user: 'root', password: server.password };
  for (const [index, file] of files.entries()) await writeLines(file, index);
  const memory: number[] = [];
  // In turns, as a machine with other work is faster at one time than at another.
  const [loads, writes]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    loads.push(await load(await emptyDatabase({ ...login, database: 'loaded' })));
    writes.push(await write(await emptyDatabase({ ...login, database: 'written' }), memory));
  }
  const [early = 0, late = 0] = [memory[4], memory.at(-1)];
  const ceiling = best(loads);
  const what = 'mariadb, ecommerce_events and positions';
  const beside = `${megabytes(early)} after five ranges`;
  printTable(
    'sinks/mariadb',
    [
      { what: 'LOAD DATA LOCAL, alone', measured: ceiling, ceiling },
      { what, measured: best(writes), ceiling, memory: late, beside },
    ],
    'ceiling: LOAD DATA LOCAL; CPU is this process’s, without the server’s; memory: resident, at the end',
  );
} finally {
  await rm(dir, { recursive: true, force: true });
}

async function load(login: MariadbLogin): Promise<Measured> {
  const { name, columns } = tableFor('mariadb', 'events');
  await using connection = await createConnection({ ...connectionOptions(login), permitLocalInfile: true });
  return await measure(() => async () => {
    await connection.beginTransaction();
    for (const file of files)
      await connection.query(`load data local infile '${file}' into table ${name} (${columns.join(', ')})`);
    await connection.commit();
    return rows;
  });
}

async function write(login: MariadbLogin, memory: number[]): Promise<Measured> {
  await using sink = openMariadbSink({ ...login, shop });
  const { atOnce } = sink.limits;
  return await measure(() => async () => {
    await inLanes(parts, atOnce, async (partition) => {
      const taken = await sink.take({ topic: 'events', partition });
      for (const range of ranges.filter((one) => one.partition === partition)) {
        await taken.write(range);
        memory.push(process.memoryUsage.rss());
      }
    });
    return rows;
  });
}

async function emptyDatabase(login: MariadbLogin): Promise<MariadbLogin> {
  await using connection = await createConnection({ ...connectionOptions({ ...login, database: '' }) });
  await connection.query(`create or replace database ${login.database}`);
  await migrateMariadb(login);
  return login;
}

/** As LOAD DATA reads them by default: tabs between, `\N` for null. */
async function writeLines(file: string, round: number): Promise<void> {
  await using output = await open(file, 'w');
  const table = tableFor('mariadb', 'events');
  const row: SqlValue[] = [];
  for (const { records } of ranges.slice(round * parts.length, (round + 1) * parts.length)) {
    const lines = records.map(({ value }) => {
      table.fill(row, 0, shop, value ?? {});
      return `${row.map((cell) => (cell === null ? '\\N' : String(cell))).join('\t')}\n`;
    });
    await output.write(lines.join(''));
  }
}

function best(all: readonly Measured[]): Measured {
  return all.reduce((a, b) => (b.seconds < a.seconds ? b : a));
}
