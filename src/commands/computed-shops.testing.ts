/** For tests: shops in which everything has been computed, on either log, to be changed by commands that are killed on their way. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { loadConfig } from '../config.ts';
import type { Log } from '../log/log.ts';
import { type Ended, type Started, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { lakeDifferences, type TableDifference, tableDifferences } from './same-results.testing.ts';
import { underWay } from './under-way.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

export interface ComputedShop {
  readonly name: string;
  readonly data: string;
  start(...args: readonly string[]): Started;
  /** Runs `ebb` in the shop to its end. */
  ebb(...args: readonly string[]): Promise<Ended>;
  /** The same; fails unless it ends well. */
  ok(...args: readonly string[]): Promise<Ended>;
  /** Computes what is not computed yet. */
  run(): Promise<Ended>;
  /** Runs `ebb` and kills it with SIGKILL as soon as there is what `seen` looks for. */
  killedWhen<T>(args: readonly string[], seen: (log: Log) => Promise<T | undefined | false>): Promise<T>;
  /** The command that has begun to change the shop. */
  begun(log: Log): ReturnType<typeof underWay>;
  open(): Promise<Workplace>;
  /** Sum of the ends of each of its topics' partitions, by the topic's name without the shop's. */
  ends(): Promise<Readonly<Record<string, number>>>;
  /** Positions of a topology's first version, by topic and partition. */
  positions(topology: string): Promise<Readonly<Record<string, readonly (number | undefined)[]>>>;
  /** Of its tables, and of its files, from those of a shop that nobody changed. */
  differences(): readonly TableDifference[];
  fileDifferences(): Promise<Record<string, number>>;
}

export interface ComputedShops {
  /** One that is of its own on the embedded log, where it is cheap; on a cluster it is the one that the tests before have left. */
  shop(name: string): ComputedShop;
}

export interface ClusterShop {
  readonly shop: string;
  /** `EBB_*` */
  readonly settings: Readonly<Record<string, string>>;
}

/** Shops with so many made-up sales; they are there before the tests begin, and gone from the cluster afterwards. */
export function computedShops(folder: string, rows: number, cluster?: ClusterShop): ComputedShops {
  const calm = join(folder, 'calm');
  const name = cluster?.shop ?? 'made-up';
  const undisturbed = shopIn(calm, calm, name, {});
  const onCluster = cluster === undefined ? undefined : shopIn(join(folder, 'cluster'), calm, name, cluster.settings);
  beforeAll(async () => {
    const { file, dataset } = madeUpSales(folder, rows);
    const replay = ['replay', file, '--dataset', dataset, '--run', '--training'];
    await undisturbed.ok(...replay);
    await onCluster?.ok(...replay);
    expect(onCluster?.differences() ?? []).toEqual([]);
  }, 120_000);
  afterAll(async () => {
    await onCluster?.ok('reset', '--all', '--yes');
  }, 120_000);
  return {
    shop(of) {
      if (onCluster !== undefined) return onCluster;
      const data = join(folder, of);
      cpSync(calm, data, { recursive: true });
      return shopIn(data, calm, name, {});
    },
  };
}

function shopIn(data: string, calm: string, name: string, settings: Readonly<Record<string, string>>): ComputedShop {
  const open = () => openWorkplace(loadConfig({ data, shop: name }, settings));
  const start = (...args: readonly string[]) => startEbb([...args, '--shop', name, '--data', data], '', settings);
  const ok = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await start(...args).ended;
    expect(ended.code, `ebb ${args.join(' ')}:\n${ended.stdout}\n${ended.stderr}`).toBe(0);
    return ended;
  };
  return {
    name,
    data,
    open,
    start,
    ok,
    ebb: (...args) => start(...args).ended,
    run: () => ok('run', '--until-caught-up'),
    async killedWhen(args, seen) {
      await using place = await open();
      const { child, ended } = start(...args);
      for (;;) {
        const found = await seen(place.log);
        if (child.exitCode !== null)
          throw new Error(`ebb ${args.join(' ')} ended first: ${JSON.stringify(await ended)}`);
        if (found === undefined || found === false) continue;
        child.kill('SIGKILL');
        expect(await ended).toMatchObject({ signal: 'SIGKILL' });
        return found;
      }
    },
    begun: (log) => underWay(log, name),
    async ends() {
      await using place = await open();
      const found = (await place.log.topics()).filter((topic) => topic.name.startsWith(`${name}.`));
      return Object.fromEntries(
        found.map((topic) => [topic.name.slice(name.length + 1), topic.offsets.reduce((sum, { end }) => sum + end, 0)]),
      );
    },
    async positions(topology) {
      await using place = await open();
      const group = `${name}.${topology}.v1`;
      return Object.fromEntries((await place.log.positions([group])).get(group) ?? []);
    },
    differences: () => tableDifferences(join(calm, 'tables.sqlite'), join(data, 'tables.sqlite')),
    fileDifferences: () => lakeDifferences(calm, data, name),
  };
}
