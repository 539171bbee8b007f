/**
 * Holds what topologies and models give against what PySpark makes of the lake's raw rows by itself: hourly metrics, weekly
 * statistics, customers' profiles, churn features, and the AUC of four models.
 * `npm run spark-parity -- FOLDER [DATASET…]`: FOLDER has the public files (datasets/README.md). Exit code 1 when they differ.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { auc, type Verdict, verdictOf } from './spark-parity/auc.ts';
import type { Compared } from './spark-parity/compare.ts';
import { type ParityDataset, parityDatasets } from './spark-parity/datasets.ts';
import { installedPySpark, type Python } from './spark-parity/install.ts';
import { compareTables } from './spark-parity/tables.ts';
import type { Say } from './stack/say.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const say: Say = { line: (text) => process.stderr.write(`${text}\n`), progress() {} };
const SHOP = 'parity';

const [folder = '', ...only] = process.argv.slice(2);
const asked = parityDatasets.filter(({ dataset }) => only.length === 0 || only.includes(dataset));
if (!existsSync(folder) || asked.length === 0) {
  say.line(`Usage: npm run spark-parity -- FOLDER [${parityDatasets.map(({ dataset }) => dataset).join('|')}]`);
  process.exit(2);
}
const python = await installedPySpark(say);
let differ = false;
for (const one of asked) differ = !(await parity(one, python)) || differ;
process.exitCode = differ ? 1 : 0;

async function parity(one: ParityDataset, { program, java }: Python): Promise<boolean> {
  const data = await mkdtemp(join(tmpdir(), 'ebb-spark-'));
  try {
    say.line(`${one.dataset}: replaying and training…`);
    await ebb(data, 'replay', join(folder, one.file), '--dataset', one.dataset, '--run', '--json');
    const days = ['--train', one.train.join(), '--calibrate', one.calibrate, '--test', one.test];
    await ebb(data, 'train', ...days, '--json');
    say.line(`${one.dataset}: Spark…`);
    const to = join(data, 'spark');
    const raw = join(data, 'lake', SHOP, `raw.${one.dataset}`);
    const given = JSON.stringify({ dataset: one.dataset, raw, to, train: one.train, test: one.test });
    const { stdout } = await run(program, [join(root, 'scripts/spark-parity/spark.py'), given], {
      env: { ...process.env, JAVA_HOME: javaHome(java), PYSPARK_PYTHON: program },
      maxBuffer: 64 << 20,
    });
    const days90 = [...one.train, one.test];
    const compared = await compareTables({ data, shop: SHOP, spark: to, days: days90 });
    const verdicts = verdictOf(auc(stdout), join(data, 'tables.sqlite'), SHOP);
    report(one.dataset, compared, verdicts);
    return compared.every(({ differ: off }) => off === 0) && verdicts.every(({ within }) => within);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

async function ebb(data: string, command: string, ...args: readonly string[]): Promise<void> {
  const env = { ...process.env, EBB_DATA: data, EBB_SHOP: SHOP, EBB_LAKE_BY: 'month', EBB_LOG_LEVEL: 'silent' };
  await run(process.execPath, [join(root, 'src/cli.ts'), command, ...args], { env, maxBuffer: 64 << 20 });
}

/** Spark's scripts look for `bin/java` below it; `java` of the PATH needs none. */
function javaHome(program: string): string | undefined {
  return program.endsWith('/bin/java') ? program.slice(0, -'/bin/java'.length) : process.env.JAVA_HOME;
}

function report(dataset: string, compared: readonly Compared[], verdicts: readonly Verdict[]): void {
  console.log(`\n${dataset}`);
  for (const { what, rows, values, differ: off, greatest, examples } of compared) {
    console.log(
      `  ${what.padEnd(20)} ${rows} rows, ${values} values, ${off} differ (rounding: ${greatest.toExponential(1)})`,
    );
    for (const example of examples) console.log(`    ${JSON.stringify(example)}`);
  }
  for (const { model, ours, theirs, error, within } of verdicts)
    console.log(
      `  ${model.padEnd(20)} AUC ${ours.toFixed(4)}, Spark's ${theirs.toFixed(4)}: ${within ? 'within' : 'NOT within'} two standard errors of ${error.toFixed(4)}`,
    );
}
