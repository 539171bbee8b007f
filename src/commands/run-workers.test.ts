import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { query, testFolder } from './data-folder.testing.ts';
import { ebb, ebbOk, type Started, startEbb } from './ebb.testing.ts';
import { madeUpSales } from './made-up-sales.testing.ts';
import { lakeDifferences, tableDifferences } from './same-results.testing.ts';

const folder = testFolder();
/** A log with raw rows and nothing else. */
const raw = join(folder, 'raw');
const calm = join(folder, 'calm');
let rows = 0;

beforeAll(async () => {
  const sales = madeUpSales(folder, 3_000);
  rows = sales.rows;
  await ebbOk('replay', sales.file, '--dataset', sales.dataset, '--data', raw);
  cpSync(raw, calm, { recursive: true });
  await ebbOk('run', '--shop', 'made-up', '--until-caught-up', '--data', calm);
}, 120_000);

/** A copy of the log with raw rows. */
function copied(name: string): string {
  const data = join(folder, name);
  cpSync(raw, data, { recursive: true });
  return data;
}

interface Logged extends Started {
  /** Waits for a line of the log. */
  line(event: string, number?: number): Promise<Readonly<Record<string, unknown>>>;
}

function startWorkers(data: string, ...more: readonly string[]): Logged {
  const args = ['run', '--shop', 'made-up', '--workers', '2', '--data', data, ...more];
  const started = startEbb(args, '', { EBB_LOG_LEVEL: 'info' });
  let text = '';
  started.child.stderr?.on('data', (more: string) => {
    text += more;
  });
  const lines = () => text.split('\n').flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [line] : []));
  return {
    ...started,
    async line(event, number = 1) {
      for (;;) {
        const found = lines().filter((line) => line.includes(`"event":"${event}"`))[number - 1];
        if (found !== undefined) return JSON.parse(found);
        await sleep(20);
      }
    },
  };
}

async function expectSame(data: string): Promise<void> {
  expect(tableDifferences(join(calm, 'tables.sqlite'), join(data, 'tables.sqlite'))).toEqual([]);
  expect(await lakeDifferences(calm, data, 'made-up')).toEqual({});
}

/** Waits until the tables begin to fill: mid-way. */
async function midWay(data: string): Promise<void> {
  const any = () => query(data, 'select 1 as one from ecommerce_events limit 1').catch(() => []);
  while ((await any()).length === 0) await sleep(20);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    // There is no /proc on every system, but a signal to a process that has ended fails everywhere.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' && process.platform !== 'linux';
  }
}

it('two workers give the results of one process', { timeout: 120_000 }, async () => {
  const data = copied('two');
  const { code, stdout } = await ebb(
    ...['run', '--shop', 'made-up', '--until-caught-up', '--workers', '2', '--json', '--data', data],
  );
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, shop: 'made-up' });
  await expectSame(data);
});

it('a worker that is killed is started again, and nothing is lost', { timeout: 120_000 }, async () => {
  const data = copied('killed');
  const { child, ended, line } = startWorkers(data);
  await midWay(data);
  process.kill(Number((await line('worker-started', 2)).process), 'SIGKILL');
  expect(await line('worker-ended')).toMatchObject({ level: 'warn', worker: 2, signal: 'SIGKILL', asked: false });
  expect(await line('worker-started', 3)).toMatchObject({ worker: 2 });
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  await ebbOk('run', '--shop', 'made-up', '--until-caught-up', '--data', data);
  await expectSame(data);
});

it('they are measured as one, and end with their commits when asked to', { timeout: 120_000 }, async () => {
  const data = copied('measured');
  const { child, ended, line } = startWorkers(data, '--metrics', '0');
  const { url } = await line('metrics');
  const get = async (path: string) => (await fetch(`${url}${path}`)).text();
  const sum = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  const read = /^ebb_records_in_total\{topology="normalise-made-up",shop="made-up"\} (\d+)$/gm;
  while (sum(await get('/metrics'), read) < rows) await sleep(50);
  while (!(await get('/readyz')).startsWith('{"ready":true')) await sleep(50);
  const metrics = await get('/metrics');
  expect(sum(metrics, read)).toBe(rows);
  expect(sum(metrics, /^ebb_tasks\{topology="sessions",state="running",shop="made-up"\} (\d+)$/gm)).toBe(4);
  for (const worker of ['1', '2']) expect(metrics).toContain(`process_resident_memory_bytes{worker="${worker}"}`);

  const pids = [Number((await line('worker-started', 1)).process), Number((await line('worker-started', 2)).process)];
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  expect(pids.map(isRunning)).toEqual([false, false]);
  await ebbOk('run', '--shop', 'made-up', '--until-caught-up', '--data', data);
  await expectSame(data);
});

it('leave no worker behind when the process that started them is killed', { timeout: 120_000 }, async () => {
  const data = copied('orphaned');
  const { child, line } = startWorkers(data);
  const pids = [Number((await line('worker-started', 1)).process), Number((await line('worker-started', 2)).process)];
  await midWay(data);
  child.kill('SIGKILL');
  while (pids.some(isRunning)) await sleep(50);
  await ebbOk('run', '--shop', 'made-up', '--until-caught-up', '--data', data);
  await expectSame(data);
});

it('what no worker can do ends all, with what the first one said', { timeout: 120_000 }, async () => {
  const data = copied('no-database');
  writeFileSync(join(data, 'tables.sqlite'), 'this is not a database, whatever its name says\n'.repeat(100));
  const { code, stderr } = await ebb('run', '--shop', 'made-up', '--workers', '1', '--data', data);
  expect(code).toBe(1);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
    /^ebb: worker \d ended with exit code 1: .*tables\.sqlite.*not a database/,
  );
});
