/** Replays a public dataset through Kafka into MariaDB, MinIO and HDFS while sinks and servers are killed, and compares what lands with DuckDB. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ebbOk, startEbb } from '../src/commands/ebb.testing.ts';
import { keepAlive } from '../src/commands/kept-alive.testing.ts';
import { compareWithOracle } from '../src/commands/oracle.testing.ts';
import { hasOracle } from '../src/commands/oracle-events.testing.ts';
import { lakeDifferences, lakeOf } from '../src/commands/same-results.testing.ts';
import { seeded } from '../src/commands/seeded.testing.ts';
import { copyOut, startStores } from '../src/commands/stores.testing.ts';
import { startKafka } from './stack/kafka.ts';
import { startRegistry } from './stack/registry.ts';

const usage = `Usage: node scripts/check-stores.ts FILE --dataset NAME [options]

Replays the file of a public dataset into Kafka and from there into MariaDB, MinIO and HDFS, all servers of its own, while
the process that runs the sinks and the servers are killed at random. Then compares MariaDB's rows with what DuckDB
computes of the file, and the Parquet files of both lakes with those of an undisturbed run on this machine. Exits with 1
when anything differs.

  --kills N   of the process, and of servers, in turn (default 10)
  --pause MS  between kills, on average (default 5000)
  --seed N    same seed: same kills (default 1)`;

const LONGEST = 1_200_000;
const shop = 'stores';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dataset: { type: 'string', default: '' },
    kills: { type: 'string', default: '10' },
    pause: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
  },
});
const [file] = positionals;
const { dataset } = values;

if (file === undefined || !hasOracle(dataset)) {
  console.error(usage);
  process.exitCode = 1;
} else {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-stores-'));
  try {
    await using kafka = await startKafka({ dir: join(folder, 'kafka') });
    await using registry = await startRegistry({ dir: join(folder, 'registry') });
    await using stores = await startStores(join(folder, 'stores'));
    const calm = join(folder, 'calm');
    await ebbOk('replay', file, '--dataset', dataset, '--run', '--training', '--shop', shop, '--data', calm);
    console.log('undisturbed run done');

    const settings = {
      ...stores.settings,
      ...{ EBB_BROKERS: kafka.bootstrap.join(), EBB_REGISTRY: registry.url, EBB_SESSION_TIMEOUT: '6000' },
      ...{ EBB_DATA: join(folder, 'data'), EBB_SHOP: shop },
    };
    const ebb = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await startEbb(args, '', settings, LONGEST).ended;
      if (code !== 0) throw new Error(`ebb ${args.join(' ')} ended with ${code}:\n${stderr.slice(-4_000)}`);
      return stdout;
    };
    await ebb('db', 'migrate');
    await ebb('replay', file, '--dataset', dataset);
    const began = performance.now();
    const worker = keepAlive({ args: ['run'], settings, ends: false, longest: LONGEST });
    const random = seeded(Number(values.seed));
    const { mariadb, minio, hdfs } = stores;
    const victims = { mariadb, minio, datanode: hdfs.datanode, namenode: hdfs.namenode };
    const names = ['mariadb', 'minio', 'datanode', 'namenode'] as const;
    for (let kill = 0; kill < Number(values.kills); kill++) {
      await sleep(Number(values.pause) * (0.5 + random()));
      worker.kill();
      await sleep(Number(values.pause) * (0.5 + random()));
      const name = names[Math.floor(random() * names.length)] ?? 'mariadb';
      console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  run and ${name} killed`);
      await victims[name].kill();
      await sleep(random() * 5_000);
      await victims[name].start();
    }
    const { code } = await worker.stop();
    if (code !== 0) throw new Error(`the run did not stop as it was asked to (${code})`);
    await ebb('run', '--until-caught-up', '--json');
    console.log(`all written after ${((performance.now() - began) / 1000).toFixed(0)} s`);

    const out = join(folder, 'out');
    const leftovers = await copyOut(stores, out);
    const { rows, differences } = await compareWithOracle({ dataset, file, shop, tables: join(out, 'tables.sqlite') });
    console.log(`rows in MariaDB that were compared with DuckDB's: ${JSON.stringify(rows)}`);
    const { topics } = await lakeOf(out, shop);
    for (const one of topics)
      console.log(`files of ${one.topic}: ${one.rows} rows in ${one.files} files, ${one.repeated} written twice`);
    const differing = await lakeDifferences(calm, out, shop);
    console.log(`differences: ${JSON.stringify({ tables: differences, files: differing, leftovers })}`);
    const same =
      differences.length + leftovers.length + Object.keys(differing).length === 0 &&
      topics.every(({ repeated }) => repeated === 0);
    console.log(same ? 'all tables and files are the same' : 'DIFFERENT');
    process.exitCode = same ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}
