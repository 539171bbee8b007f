/** Kills replays of a file at random instants, and compares what they leave with an undisturbed run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { ebbOk } from '../src/commands/ebb.testing.ts';
import { runKilled } from '../src/commands/kills.testing.ts';
import { lakeDifferences, lakeOf, tableDifferences } from '../src/commands/same-results.testing.ts';
import { seeded } from '../src/commands/seeded.testing.ts';

const usage = `Usage: node scripts/check-kills.ts FILE --dataset NAME [options]

Replays FILE once undisturbed and once in processes that are ended with SIGKILL at random instants and started again;
then compares every table, row by row, and the Parquet files: rows per topic, records written twice, leftovers.
Exits with 1 when anything differs.

  --dataset NAME|FILE  as for ebb replay
  --kills N            how many, spread over the time that the undisturbed run takes (default 10)
  --every MS           instead: kill each process about so many ms after its start
  --seed N             same seed: same instants (default: a new one, which is printed)
  --partitions N       of the topics (default 4)
  --keep               leave the data directories for a look, and print where they are`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dataset: { type: 'string' },
    kills: { type: 'string', default: '10' },
    every: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    partitions: { type: 'string', default: '4' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [file] = positionals;
const { dataset, every } = values;
const [kills, seed] = [Number(values.kills), Number(values.seed)];

if (values.help) {
  console.log(usage);
} else if (file === undefined || dataset === undefined || !(kills > 0) || Number.isNaN(seed)) {
  console.error(usage);
  process.exitCode = 1;
} else {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-kills-'));
  try {
    process.exitCode = (await check(file, dataset, folder)) ? 0 : 1;
  } finally {
    if (values.keep) console.log(`kept ${folder}`);
    else await rm(folder, { recursive: true });
  }
}

/** Whether the killed run left what the undisturbed one left. */
async function check(source: string, name: string, folder: string): Promise<boolean> {
  const random = seeded(seed);
  const shop = 'killed';
  const argsFor = (data: string): string[] => {
    const how = ['--shop', shop, '--run', '--json', '--partitions', values.partitions, '--data', data];
    return ['replay', source, '--dataset', name, ...how];
  };
  const [calmData, killedData] = [join(folder, 'calm'), join(folder, 'killed')];
  const began = performance.now();
  await ebbOk(...argsFor(calmData));
  const calm = performance.now() - began;
  console.log(`undisturbed: ${(calm / 1000).toFixed(1)} s; seed ${seed}`);

  const run = await runKilled({
    args: argsFor(killedData),
    kills,
    calm,
    every: every === undefined ? undefined : Number(every),
    random,
    onKill: ({ after }, number) =>
      console.log(
        `kill ${String(number).padStart(2)} after ${(after / 1000).toFixed(2)} s, ${eventsIn(join(killedData, 'tables.sqlite'), shop)} events in the tables`,
      ),
  });
  console.log(`killed ${run.kills.length} times, ended after ${run.seconds.toFixed(1)} s: ${run.stdout.trim()}`);

  const tables = tableDifferences(join(calmData, 'tables.sqlite'), join(killedData, 'tables.sqlite'));
  for (const one of tables) console.log(`table ${one.table} differs: ${JSON.stringify(one, plain)}`);
  const { topics, leftovers } = await lakeOf(killedData, shop);
  for (const { topic, rows, repeated, files } of topics)
    console.log(`files of ${topic}: ${rows} rows in ${files} files, ${repeated} written twice`);
  if (leftovers.length > 0) console.log(`leftovers: ${leftovers.slice(0, 5).join(', ')} (${leftovers.length})`);
  const rows = await lakeDifferences(calmData, killedData, shop);
  for (const [topic, differing] of Object.entries(rows)) console.log(`files of ${topic}: ${differing} rows differ`);
  const same =
    tables.length === 0 &&
    leftovers.length === 0 &&
    Object.keys(rows).length === 0 &&
    topics.length > 0 &&
    topics.every(({ repeated }) => repeated === 0);
  console.log(same ? 'all tables and files are the same' : 'DIFFERENT');
  return same;
}

function eventsIn(path: string, shop: string): number {
  try {
    const tables = new DatabaseSync(path, { readOnly: true });
    try {
      return Number(tables.prepare('select count(*) as n from ecommerce_events where shop = ?').get(shop)?.n);
    } finally {
      tables.close();
    }
  } catch {
    // Killed before there were tables.
    return 0;
  }
}

function plain(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
