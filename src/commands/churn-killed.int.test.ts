/** Churn from end to end on real servers: CDNOW's purchases in Kafka, trained on and scored by processes that are killed, into MariaDB. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Mariadb, startMariadb } from '../../scripts/stack/mariadb.ts';
import { loadConfig } from '../config.ts';
import { cdnowFile, cdnowInOrder } from './cdnow-in-order.testing.ts';
import { testFolder } from './data-folder.testing.ts';
import { startEbb } from './ebb.testing.ts';
import { keepAlive } from './kept-alive.testing.ts';
import { offlineScores } from './offline-scores.testing.ts';
import { appointments } from './roster.testing.ts';
import { tableDifferences } from './same-results.testing.ts';
import { seeded } from './seeded.testing.ts';
import { copyTables, mariadbEnvironment } from './stores.testing.ts';
import { openWorkplace } from './workplace.ts';

const SEED = 11;
const KILLS = 8;
/** ms between them, on average. */
const PAUSE = 4_000;
/** ms that a command may take on a busy machine. */
const LONGEST = 600_000;

const { EBB_BROKERS = '', EBB_REGISTRY = '' } = process.env;
const folder = testFolder();
const shop = `churn-${process.pid}`;
/** Results of the undisturbed run, and MariaDB's, copied. */
const [calm, copied] = [join(folder, 'calm'), join(folder, 'copied')];

describe.skipIf(cdnowFile === undefined)('churn on Kafka and MariaDB (skipped without the public datasets)', () => {
  const common = { EBB_SHOP: shop, EBB_PARTITIONS: '2', EBB_LAKE_BY: 'month' };
  const onFile = { ...common, EBB_DATA: calm };
  let onServers: Readonly<Record<string, string>>;
  let mariadb: Mariadb;
  let kills = 0;

  const ebb = async (settings: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await startEbb(args, '', settings, LONGEST).ended;
    expect(code, `ebb ${args.join(' ')}: ${stderr.slice(-4_000)}`).toBe(0);
    return stdout;
  };
  const open = (settings: Readonly<Record<string, string>>) => openWorkplace(loadConfig({}, settings));

  beforeAll(async () => {
    mariadb = await startMariadb({ dir: join(folder, 'mariadb') });
    onServers = {
      ...{ ...common, EBB_BROKERS, EBB_REGISTRY, EBB_DATA: join(folder, 'data') },
      ...{ EBB_SESSION_TIMEOUT: '6000', EBB_TRANSACTION_TIMEOUT: '10000' },
      ...mariadbEnvironment(mariadb),
    };
    const { file, dataset } = cdnowInOrder(folder, 12);
    await ebb(onFile, 'replay', file, '--dataset', dataset, '--run', '--training');

    await ebb(onServers, 'db', 'migrate');
    // Eighteen months in half a minute.
    const replaying = ebb(onServers, 'replay', file, '--dataset', dataset, '--speed', '1600000x');
    while (!(await startEbb(['topics', '--json'], '', onServers).ended).stdout.includes(`${shop}.raw.`))
      await sleep(200);
    const worker = () => keepAlive({ args: ['run'], settings: onServers, ends: false, longest: LONGEST });
    const workers = [worker(), worker()];
    const random = seeded(SEED);
    for (let turn = 0; turn < KILLS; turn++) {
      await sleep(PAUSE * (0.5 + random()));
      if (workers[Math.floor(random() * workers.length)]?.kill() === true) kills++;
      if (turn !== KILLS / 2) continue;
      await mariadb.kill();
      await sleep(1_000);
      await mariadb.start();
    }
    await replaying;
    await Promise.all(workers.map((one) => one.stop()));
    await ebb(onServers, 'run', '--until-caught-up');
    await copyTables(mariadb, join(copied, 'tables.sqlite'));
  }, 2 * LONGEST);

  afterAll(() => mariadb[Symbol.asyncDispose]());

  it('the tables and models of processes that were killed are those of a calm run on the embedded log', async () => {
    expect(kills).toBeGreaterThan(KILLS / 2);
    expect(tableDifferences(join(calm, 'tables.sqlite'), join(copied, 'tables.sqlite'))).toEqual([]);
    await using here = await open(onFile);
    await using there = await open(onServers);
    const models = await appointments(there, shop);
    expect(models).toEqual(await appointments(here, shop));
    expect(models.length).toBeGreaterThan(8);
  }, 120_000);

  it('live scores are what the same models say of the events on the log, exactly', async () => {
    await using place = await open(onServers);
    const offline = await offlineScores(place, shop);
    using tables = new DatabaseSync(join(copied, 'tables.sqlite'), { readOnly: true });
    const live = (of: string) =>
      tables.prepare(`select customer_id, as_of, version, probability from ${of} where version is not null`).all();
    const [scores, predictions] = [live('churn_scores'), live('predictions')];
    expect(scores.length).toBeGreaterThan(1_800);
    expect(predictions.length).toBeGreaterThan(20 * scores.length);
    const skewed = [...scores, ...predictions].filter(
      ({ customer_id, as_of, version, probability }) =>
        offline(String(customer_id), String(as_of), String(version)) !== probability,
    );
    expect(skewed).toEqual([]);
  }, 120_000);

  it('a training by hand gives the figures, and appoints the models, that it does on the embedded log', async () => {
    const figures = async (settings: Readonly<Record<string, string>>) => {
      await ebb(settings, 'train');
      const rows: readonly object[] = JSON.parse(
        await ebb(settings, 'query', 'select * from model_results order by model, version', '--json'),
      );
      await using place = await open(settings);
      return { rows: rows.map((row) => ({ ...row, seconds: undefined })), models: await appointments(place, shop) };
    };
    const there = await figures(onServers);
    expect(there).toEqual(await figures(onFile));
    expect(there.rows).toHaveLength(6);
  }, 120_000);
});
