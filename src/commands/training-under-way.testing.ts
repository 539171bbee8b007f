import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../config.ts';
import { ebbOk, type Started, startEbb } from './ebb.testing.ts';
import { writeOrders } from './made-up-orders.testing.ts';
import { appointments } from './roster.testing.ts';
import { readTrainer } from './train/models-topic.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** The ends of the quarters after which there are days enough to train models of these orders. */
const [firstTraining, lastTraining] = [Date.UTC(2023, 9, 1), Date.UTC(2024, 0, 1)];

/** A shop whose first models are being trained by one of two processes, to be disturbed at it. */
export interface TrainingUnderWay extends AsyncDisposable {
  readonly place: Workplace;
  readonly group: string;
  /** The process that trains. */
  readonly trains: Started;
  /** Whether its training has been committed by now, by whomever. */
  committed(): Promise<boolean>;
  /** Lets them train all that is due, and stops them once either has noticed who has what. */
  finish(): Promise<Outcome>;
}

export interface Outcome {
  readonly codes: readonly (number | null)[];
  readonly models: readonly object[];
  /** Days at whose ends models were trained, as often as a process says so. */
  readonly trained: readonly string[];
}

/** What the shop comes to when nobody is disturbed. */
export async function undisturbed(folder: string): Promise<Outcome> {
  const [shop, data] = ['orders', join(folder, 'calm')];
  const { file, dataset } = writeOrders(folder);
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--training', '--shop', shop, '--data', data);
  await using place = await openWorkplace(loadConfig({ data }, {}));
  return { codes: [0, 0], models: await appointments(place, shop), trained: ['2023-09-30', '2023-12-31'] };
}

/** @param settings `EBB_*` of a shop that is empty */
export async function trainingUnderWay(
  folder: string,
  shop: string,
  settings: Readonly<Record<string, string>>,
): Promise<TrainingUnderWay> {
  const environment = { EBB_SHOP: shop, EBB_LOG_LEVEL: 'info', ...settings };
  const start = (...args: readonly string[]): Started => startEbb(args, '', environment);
  const ok = async (...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await start(...args).ended;
    if (code !== 0) throw new Error(`ebb ${args.join(' ')} ended with ${code}:\n${stderr.slice(-4_000)}`);
  };
  const { file, dataset } = writeOrders(folder);
  await ok('replay', file, '--dataset', dataset);
  // All examples are there, so that the training begins as soon as it is due.
  await ok('run', 'normalise-orders', 'churn-features', '--until-caught-up', '--no-sinks');
  const place = await openWorkplace(loadConfig({}, environment));
  const decided = async () => (await readTrainer(place, shop).catch(() => undefined))?.decided ?? 0;
  const both = [start('run', '--no-sinks'), start('run', '--no-sinks')];
  while ((await decided()) < firstTraining) await sleep(5);
  const group = `${shop}.trainer`;
  const membersOf = async (name: string) => (await place.log.members()).get(name) ?? [];
  const owner = (await membersOf(group)).find(({ partitions }) => partitions.length > 0)?.name ?? '';
  const trains = both.find(({ child }) => owner.includes(String(child.pid)));
  if (trains === undefined) throw new Error(`neither process trains: ${owner} owns ${group}`);
  return {
    place,
    group,
    trains,
    committed: async () => (await decided()) !== firstTraining,
    async finish() {
      while ((await decided()) <= lastTraining || (await membersOf(group)).length < both.length) await sleep(50);
      for (const { child } of both) child.kill('SIGTERM');
      const ends = await Promise.all(both.map(({ ended }) => ended));
      const said = ends.flatMap(({ stderr }) => stderr.split('\n'));
      return {
        codes: ends.map(({ code }) => code),
        models: await appointments(place, shop),
        trained: said.flatMap((line) => /"event":"models-trained","date":"([^"]+)"/.exec(line)?.[1] ?? []).sort(),
      };
    },
    async [Symbol.asyncDispose]() {
      for (const { child } of both) child.kill('SIGKILL');
      await Promise.all(both.map(({ ended }) => ended));
      await place[Symbol.asyncDispose]();
    },
  };
}
