/**
 * The dashboard's page in Chromium over a shop of 100,000 customers and two years: when it paints first, when its numbers are there, and
 * the longest task of the browser on each screen while the shop goes on. Long are tasks of 50 ms and more.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { DAY } from '../datasets/civil.ts';
import { installedChromium } from '../scripts/stack/chromium.ts';
import { seededRandom } from '../src/churn/random.ts';

const CUSTOMERS = 100_000;
const PURCHASES = 600_000;
const first = Date.UTC(2024, 0, 1);
/** ms for which each screen is watched. */
const WATCHED = 10_000;

const say = { line: (text: string) => process.stderr.write(`${text}\n`), progress() {} };

function ebb(...args: readonly string[]): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  return spawn(process.execPath, [...process.execArgv, 'src/cli.ts', ...args], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'ignore'],
  }) as ChildProcess & { readonly stdout: NodeJS.ReadableStream };
}

async function writeSales(folder: string): Promise<{ readonly file: string; readonly dataset: string }> {
  const [file, dataset] = [join(folder, 'sales.csv'), join(folder, 'sales.json')];
  const random = seededRandom(1);
  const out = createWriteStream(file);
  out.write('id,customer,time,category,price,pieces,gender,age,payment\n');
  for (let index = 0; index < PURCHASES; index++) {
    const customer = Math.floor(random() * CUSTOMERS);
    const time = new Date(first + Math.floor((index / PURCHASES) * 730 * DAY)).toISOString();
    const cells = [
      `s${index}`,
      `C${customer}`,
      time,
      `category ${index % 8}`,
      (5 + 50 * random()).toFixed(2),
      1 + (index % 3),
    ];
    const person = [
      customer % 2 === 0 ? 'Female' : 'Male',
      18 + (customer % 60),
      ['Card', 'Cash', 'PayPal'][index % 3],
    ];
    if (!out.write(`${[...cells, ...person].join()}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  const descriptor = {
    ...{ name: 'sales', title: 'Made-up sales', format: { kind: 'csv' } },
    columns: {
      ...{
        eventId: 'id',
        customer: 'customer',
        time: 'time',
        category: 'category',
        unitPrice: 'price',
        quantity: 'pieces',
      },
      ...{ gender: 'gender', age: 'age', paymentMethod: 'payment' },
    },
    ...{ time: { patterns: ['ISO'] }, currency: { code: 'EUR', digits: 2 }, rows: { sorted: true } },
    ...{ amount: 'quantity*unitPrice', kind: { constant: 'PURCHASE' } },
  };
  await writeFile(dataset, JSON.stringify(descriptor));
  return { file, dataset };
}

/** Posts a sale a hundred milliseconds, so that the page has something to do. */
function selling(url: string): { stop(): Promise<void> } {
  let number = 0;
  const under = new Set<Promise<unknown>>();
  const timer = setInterval(() => {
    const event = {
      ...{
        eventId: `live-${++number}`,
        customerId: `C${number}`,
        kind: 'PURCHASE',
        time: first + 730 * DAY + number * 60_000,
      },
      ...{ category: 'category 1', quantity: 1, amount: 500, currency: 'EUR' },
    };
    const headers = { 'content-type': 'application/json' };
    const one = fetch(`${url}/api/events`, { method: 'POST', headers, body: JSON.stringify({ events: [event] }) });
    under.add(one.catch(() => {}).finally(() => under.delete(one)));
  }, 100);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.allSettled(under);
    },
  };
}

const watchTasks = `globalThis.tasks = []; new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) globalThis.tasks.push(duration);
}).observe({ type: 'longtask', buffered: true })`;

async function watched(page: Page, url: string, screen: string): Promise<string> {
  // Another page than before, even where only what follows the # differs.
  await page.goto('about:blank');
  const started = performance.now();
  await page.goto(`${url}/#${screen}`);
  await page.locator('main section').nth(1).waitFor();
  // Every card has its numbers, or says which the data lack.
  const waiting = page.locator('main .lacking', { hasText: 'waiting' });
  while ((await waiting.count()) > 0) await page.waitForTimeout(20);
  const there = performance.now() - started;
  const paint = await page.evaluate('performance.getEntriesByName("first-contentful-paint")[0]?.startTime');
  await page.waitForTimeout(WATCHED);
  const tasks = (await page.evaluate('globalThis.tasks')) as readonly number[];
  const ms = (time: unknown): string => `${Math.round(Number(time))} ms`.padStart(9);
  return `${screen.padEnd(10)}first paint${ms(paint)}, all there${ms(there)}, ${tasks.length} long tasks, longest${ms(Math.max(0, ...tasks))}`;
}

const folder = await mkdtemp(join(tmpdir(), 'ebb-bench-page-'));
const running: ChildProcess[] = [];
const browser = await chromium.launch({ executablePath: await installedChromium(say), args: ['--no-sandbox'] });
try {
  const { file, dataset } = await writeSales(folder);
  const data = join(folder, 'data');
  const common = ['--shop', 'sales', '--data', data];
  const replay = ebb('replay', file, '--dataset', dataset, '--run', ...common);
  replay.stdout.resume();
  const [code] = await once(replay, 'close');
  if (code !== 0) throw new Error(`the replay ended with ${code}`);
  const run = ebb('run', ...common);
  run.stdout.resume();
  const dashboard = ebb('dashboard', '--port', '0', '--json', ...common);
  running.push(run, dashboard);
  const [line] = await once(dashboard.stdout, 'data');
  const { url } = JSON.parse(String(line));
  const page = await browser.newPage();
  await page.addInitScript(watchTasks);
  const sales = selling(url);
  process.stdout.write(`\nthe page, ${CUSTOMERS} customers, ${PURCHASES} sales of two years\n`);
  for (const screen of ['shop', 'churn', 'pipeline', 'customer/C1'])
    process.stdout.write(`${await watched(page, url, screen)}\n`);
  await sales.stop();
} finally {
  await browser.close();
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(running.map((child) => (child.exitCode === null ? once(child, 'exit') : undefined)));
  await rm(folder, { recursive: true, force: true });
}
