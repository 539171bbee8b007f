import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startKafka } from '../../scripts/stack/kafka.ts';
import { freePorts } from '../../scripts/stack/ports.ts';
import { startRegistry } from '../../scripts/stack/registry.ts';
import { testFolder } from './data-folder.testing.ts';
import { ebbOk, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { lakeDifferences, tableDifferences } from './same-results.testing.ts';

const folder = testFolder();
const shop = 'made-up';
const calm = join(folder, 'calm');
const data = join(folder, 'kafka');
const away = 60_000;

it('goes on by itself when its only broker comes back after a minute, having held no more in memory', {
  timeout: 300_000,
}, async () => {
  const { file, dataset } = madeUpSales(folder, 40_000, 4);
  await ebbOk('replay', file, '--dataset', dataset, '--run', '--training', '--data', calm);
  await using kafka = await startKafka({ dir: join(folder, 'servers') });
  await using registry = await startRegistry({ dir: join(folder, 'servers') });
  const settings = { EBB_BROKERS: kafka.bootstrap.join(), EBB_REGISTRY: registry.url, EBB_SHOP: shop, EBB_DATA: data };
  expect(await startEbb(['replay', file, '--dataset', dataset], '', settings).ended).toMatchObject({ code: 0 });

  const [port = 0] = await freePorts(1);
  const worker = startEbb(['run', '--metrics', String(port)], '', { ...settings, EBB_LOG_LEVEL: 'info' });
  const readiness = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).text();
  while ((await events()) === 0) await sleep(100);
  await kafka.broker(1).kill();
  const before = resident(worker.child.pid);
  await sleep(away);
  expect(worker.child.exitCode).toBeNull();
  const after = resident(worker.child.pid);
  expect(await readiness()).toMatch(/^{"ready":false,"waiting":\["the log: /);
  await kafka.broker(1).start();
  expect(await startEbb(['run', '--until-caught-up'], '', settings).ended).toMatchObject({ code: 0 });
  // It takes back what the other had meanwhile.
  while (!(await readiness()).startsWith('{"ready":true')) await sleep(100);
  worker.child.kill('SIGTERM');
  const ended = await worker.ended;
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stderr.match(/"event":"log-(waiting|answers)"/g)).toEqual([
    '"event":"log-waiting"',
    '"event":"log-answers"',
  ]);

  expect(tableDifferences(join(calm, 'tables.sqlite'), join(data, 'tables.sqlite'))).toEqual([]);
  expect(await lakeDifferences(calm, data, shop)).toEqual({});
  console.log(`resident ${before} MB when the broker went, ${after} MB before it came back`);
  // It went while it worked: what it was about to fetch and decode is there by then, and no more.
  expect(after).toBeLessThan(before + 300);
});

async function events(): Promise<number> {
  const { stdout, code } = await startEbb(['query', 'select count(*) as n from ecommerce_events', '--json'], '', {
    EBB_DATA: data,
  }).ended;
  return code === 0 ? JSON.parse(stdout)[0].n : 0;
}

/** MB; 0 where the system does not say. */
function resident(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  } catch {
    return 0;
  }
}
