/** Kills, freezes and restarts processes and brokers while they work, and compares what they leave with an undisturbed run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { chaos } from '../src/commands/chaos.testing.ts';
import { ebbOk } from '../src/commands/ebb.testing.ts';
import { madeUpSales } from '../src/commands/made-up-sales.testing.ts';
import { compareWithOracle } from '../src/commands/oracle.testing.ts';
import { hasOracle } from '../src/commands/oracle-events.testing.ts';
import { lakeDifferences, lakeOf, tableDifferences } from '../src/commands/same-results.testing.ts';
import { seeded } from '../src/commands/seeded.testing.ts';

const usage = `Usage: node scripts/check-chaos.ts [FILE --dataset NAME] [options]

Replays a file (without one: made-up sales) once undisturbed on the embedded log, and once into three Kafka brokers of
its own with several processes working on them, which are killed, frozen and restarted at random instants, brokers too.
Then compares every table, row by row, and the Parquet files, and the tables of a public dataset also with what DuckDB
computes of the file. Exits with 1 when anything differs, or a process ends by itself.

  --kills N       of workers (default 200); of brokers, of the source, and restarts of brokers: a tenth of it each
  --freezes N     of workers, and of brokers, for 30 s each (default a fiftieth of the kills)
  --workers N     processes of \`ebb run\` (default 3)
  --partitions N  of the topics (default 4)
  --rows N        of made-up sales (default 60000)
  --pause MS      between disturbances, on average (default 2500); the source lasts about as long as they do
  --seed N        same seed: same disturbances at the same instants (default: a new one, which is printed)
  --keep          leave the data for a look, and print where they are`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dataset: { type: 'string' },
    kills: { type: 'string', default: '200' },
    freezes: { type: 'string' },
    workers: { type: 'string', default: '3' },
    partitions: { type: 'string', default: '4' },
    rows: { type: 'string', default: '60000' },
    pause: { type: 'string', default: '2500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [kills, rows, pause, seed] = [values.kills, values.rows, values.pause, values.seed].map(Number);

if (values.help) {
  console.log(usage);
} else if (
  (positionals[0] === undefined) !== (values.dataset === undefined) ||
  kills === undefined ||
  !(kills > 0) ||
  !rows ||
  !pause ||
  seed === undefined ||
  Number.isNaN(seed)
) {
  console.error(usage);
  process.exitCode = 1;
} else {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-chaos-'));
  try {
    process.exitCode = (await check(folder, { kills, rows, pause, seed })) ? 0 : 1;
  } catch (error) {
    // Said before anything else can fail.
    console.error(`FAILED, seed ${seed}:`, error);
    process.exitCode = 1;
  } finally {
    if (values.keep) console.log(`kept ${folder}`);
    else await rm(folder, { recursive: true });
  }
}

interface Size {
  readonly kills: number;
  readonly rows: number;
  readonly pause: number;
  readonly seed: number;
}

/** Whether the disturbed run left what the undisturbed one left. */
async function check(folder: string, size: Size): Promise<boolean> {
  const shop = 'chaos';
  const [given, name] = [positionals[0], values.dataset];
  const { file, dataset } =
    given === undefined || name === undefined
      ? madeUpSales(folder, size.rows, size.seed)
      : { file: given, dataset: name };
  const calm = join(folder, 'calm');
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--training', '--shop', shop, '--data', calm);
  console.log(`undisturbed run done; seed ${size.seed}`);

  const tenth = Math.ceil(size.kills / 10);
  const freezes = Number(values.freezes ?? Math.ceil(size.kills / 50));
  const counts = {
    'worker killed': size.kills,
    'worker frozen': freezes,
    'source killed': tenth,
    'broker killed': tenth,
    'broker restarted': tenth,
    'broker frozen': freezes,
  };
  const lasts = Object.values(counts).reduce((sum, count) => sum + count, 0) * size.pause;
  const began = performance.now();
  const run = await chaos({
    folder,
    file,
    dataset,
    shop,
    partitions: Number(values.partitions),
    speed: `${Math.ceil(spanOf(join(calm, 'tables.sqlite')) / lasts)}x`,
    workers: Number(values.workers),
    counts,
    pause: size.pause,
    freeze: 30_000,
    random: seeded(size.seed),
    onDisturbance: (what, victim, number) =>
      console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${what} (${victim}), ${number}`),
  });
  console.log(`after ${run.seconds.toFixed(0)} s, seed ${size.seed}: ${JSON.stringify(run.counts)}`);
  console.log(`commits that were refused as another's: ${run.fenced}; ${run.summary.trim()}`);

  const tables = tableDifferences(join(calm, 'tables.sqlite'), join(run.data, 'tables.sqlite'));
  for (const { table, onlyFirst, onlySecond } of tables)
    console.log(`table ${table} differs: ${onlyFirst} rows are missing, ${onlySecond} are too many`);
  const { topics, leftovers } = await lakeOf(run.data, shop);
  for (const { topic, rows: held, repeated, files } of topics)
    console.log(`files of ${topic}: ${held} rows in ${files} files, ${repeated} written twice`);
  const differing = await lakeDifferences(calm, run.data, shop);
  for (const [topic, count] of Object.entries(differing)) console.log(`files of ${topic}: ${count} rows differ`);
  if (leftovers.length > 0) console.log(`leftovers: ${leftovers.slice(0, 5).join(', ')} (${leftovers.length})`);
  const oracle = hasOracle(dataset)
    ? await compareWithOracle({ dataset, file, shop, tables: join(run.data, 'tables.sqlite') })
    : undefined;
  if (oracle !== undefined) console.log(`rows compared with DuckDB's: ${JSON.stringify(oracle.rows)}`);
  for (const difference of oracle?.differences ?? []) console.log('DuckDB differs:', JSON.stringify(difference));
  const same =
    (oracle?.differences.length ?? 0) === 0 &&
    tables.length === 0 &&
    Object.keys(differing).length === 0 &&
    leftovers.length === 0 &&
    topics.length > 0 &&
    topics.every(({ repeated }) => repeated === 0);
  console.log(same ? 'all tables and files are the same' : 'DIFFERENT');
  return same;
}

/** ms of event time from a shop's first event to its last. */
function spanOf(tables: string): number {
  using database = new DatabaseSync(tables, { readOnly: true });
  const span = database.prepare('select max(time) - min(time) as span from ecommerce_events').get()?.span;
  return Number(span);
}
