import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadDescriptor } from '../../datasets/load.ts';
import { topologiesOf } from '../../topologies/all.ts';
import { openEmbeddedRegistry } from '../avro/embedded-registry.ts';
import type { Topology } from '../engine/topology.ts';
import { openEmbeddedLog } from '../log/embedded.ts';
import { testFolder } from './data-folder.testing.ts';
import { ebbOk } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { tableDifferences } from './same-results.testing.ts';
import { runUnevenly } from './uneven.testing.ts';

const folder = testFolder();
/** A log with raw rows in four partitions, and nothing computed yet. */
const backlog = join(folder, 'backlog');
const calm = join(folder, 'calm');
const run = ['run', '--shop', 'made-up', '--until-caught-up', '--data'];
const sales = madeUpSales(folder, 2_500);
const topologies = topologiesOf('made-up', [await loadDescriptor(sales.dataset)], new Set());

beforeAll(async () => {
  await ebbOk('replay', sales.file, '--dataset', sales.dataset, '--data', backlog);
  cpSync(backlog, calm, { recursive: true });
  await ebbOk(...run, calm);
});

function copied(name: string): string {
  const data = join(folder, name);
  cpSync(backlog, data, { recursive: true });
  return data;
}

const fromCalm = (data: string) => tableDifferences(join(calm, 'tables.sqlite'), join(data, 'tables.sqlite'));

describe('a backlog read one partition after another', () => {
  it.each(topologies.map((topology) => [topology.name, topology] as const))(
    'by %s gives the tables of a calm run',
    async (name, slow: Topology) => {
      const data = copied(name);
      {
        const path = join(data, 'log.sqlite');
        await using log = await openEmbeddedLog({ path });
        await using registry = await openEmbeddedRegistry({ path });
        await runUnevenly({ log, registry, shop: 'made-up', topologies, slow, order: [3, 1, 0, 2] });
      }
      await ebbOk(...run, data);
      expect(fromCalm(data)).toEqual([]);
    },
  );
});

describe('a backlog read', () => {
  it.each([
    ['each topology alone, from the source on', topologies.map(({ name }) => [name])],
    [
      'each topology alone, from the results back, and then once more',
      [...topologies, ...topologies].map(({ name }) => [name]).reverse(),
    ],
    [
      'the normalisation alone, then the rest',
      [[topologies[0]?.name ?? ''], topologies.slice(1).map(({ name }) => name)],
    ],
  ])('%s: the tables of a calm run', { timeout: 120_000 }, async (title, steps) => {
    const data = copied(title.replaceAll(' ', '-'));
    for (const names of steps) await ebbOk('run', ...names, ...run.slice(1), data, '--no-sinks');
    await ebbOk(...run, data);
    expect(fromCalm(data)).toEqual([]);
  });
});
