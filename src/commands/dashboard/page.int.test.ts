/** The page in a real browser, over a shop whose results were computed into tables: it shows what SQL says, live. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOfView, views } from '../../../connectors/sinks/views.testing.ts';
import type { SyntheticShopEvent } from '../../../schemas/generated.ts';
import { topics } from '../../../schemas/topics.ts';
import { installedChromium } from '../../../scripts/stack/chromium.ts';
import { silent } from '../../../scripts/stack/say.ts';
import { openSerde } from '../../avro/serde.ts';
import { loadConfig } from '../../config.ts';
import { formatFor } from '../../dashboard/page/format.ts';
import type { Row } from '../../dashboard/shown.ts';
import { physicalName } from '../../engine/topic.ts';
import { partitionOf } from '../../log/partition.ts';
import { testFolder } from '../data-folder.testing.ts';
import { ebbOk, printed, type Started, startEbb } from '../ebb.testing.ts';
import { openWorkplace } from '../workplace.ts';
import { shownRows } from './shown-rows.testing.ts';

const DAY = 86_400_000;
const data = join(testFolder(), 'data');
const format = formatFor({ zone: 'UTC', currency: 'USD', digits: 2 });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let dashboard: Started;
let url = '';

async function serve(port: string): Promise<void> {
  dashboard = startEbb(['dashboard', '--port', port, '--json', '--data', data]);
  ({ url } = await printed<{ readonly url: string }>(dashboard));
}

async function stop({ child, ended }: Started): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}

/** A page with all fifteen views on it. */
async function openPage(hash = '', colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await browser.newPage({ colorScheme });
  await page.goto(`${url}/${hash}`);
  return page;
}

beforeAll(async () => {
  const made = ['--preset', 'shop', '--customers', '100', '--start', '2024-01-01', '--history', '240'];
  // Not to its end: the shop goes on later.
  await ebbOk('generate', ...made, '--speed', '1', '--for', '6s', '--data', data);
  await ebbOk('run', '--until-caught-up', '--data', data);
  await serve('0');
  browser = await chromium.launch({ executablePath: await installedChromium(silent), args: ['--no-sandbox'] });
  // On a busy machine each of these processes takes a minute.
}, 420_000);

afterAll(async () => {
  await browser?.close();
  await stop(dashboard);
});

describe('the page', () => {
  it('shows in every view the numbers that SQL gives from the tables', async () => {
    const page = await openPage();
    using tables = new DatabaseSync(join(data, 'tables.sqlite'), { readOnly: true });
    for (const name of views) {
      const number = name.slice(0, 2);
      const card = page.locator(`#view-${number}`);
      await card.locator('.lacking').waitFor({ state: 'detached' });
      const [from, to] = [await card.getAttribute('data-from'), await card.getAttribute('data-to')].map(Number);
      const sql = textOfView(number);
      const given = { shop: 'demo', from, to, horizon: 90 * DAY, margin: 1 };
      const values = Object.entries(given).filter(([key]) =>
        new RegExp(`:${key}\\b`).test(sql.replaceAll(/--.*$/gm, '')),
      );
      const rows = tables.prepare(sql).all(Object.fromEntries(values) as Record<string, string | number>) as Row[];
      if (number === '02') {
        const [best] = rows;
        expect(await card.locator('.stat').textContent()).toBe(best?.category ?? 'no sales');
        continue;
      }
      const { of = (all: readonly Row[]) => all, cells } = shownRows[number] ?? { cells: () => [] };
      const expected = of(rows).map((row) => cells(row, format));
      const lines = card.locator('table:not(.heat) tbody tr');
      await expect.poll(() => lines.count(), { timeout: 20_000 }).toBe(expected.length);
      const shown: string[][] = [];
      for (const line of await lines.all()) shown.push(await line.locator('th, td').allTextContents());
      expect(shown, name).toEqual(expected);
    }
    await page.close();
  });

  it('shows an event that has come to the log by itself', async () => {
    const running = startEbb(['run', '--data', data]);
    const page = await openPage();
    const newest = page.locator('#view-07 tbody tr').first();
    await newest.waitFor({ state: 'attached' });
    const before = await newest.textContent();
    const clock = await page.locator('#view-07').getAttribute('data-to');
    // Whatever takes over has come to the end once its first event is there.
    await purchase(Number(clock) - 1000, 1);
    await expect.poll(() => newest.textContent(), { timeout: 60_000 }).not.toBe(before);
    const then = await newest.textContent();
    const started = performance.now();
    await purchase(Number(clock) - 1000, 2);
    await expect.poll(() => newest.textContent(), { timeout: 30_000, interval: 20 }).not.toBe(then);
    console.log(`from the log to the page: ${Math.round(performance.now() - started)} ms`);
    await page.close();
    await stop(running);
  });

  it('says that the connection is lost, and is live again when the server is', async () => {
    const page = await openPage();
    const connection = page.locator('#connection');
    await expect.poll(() => connection.getAttribute('data-state')).toBe('live');
    await stop(dashboard);
    await expect.poll(() => connection.textContent(), { timeout: 20_000 }).toContain('connection lost');
    await serve(new URL(url).port);
    await expect.poll(() => connection.getAttribute('data-state'), { timeout: 30_000 }).toBe('live');
    await page.close();
  });

  it('tells where a record went', async () => {
    using tables = new DatabaseSync(join(data, 'tables.sqlite'), { readOnly: true });
    const id = String(
      tables.prepare(`select event_id from ecommerce_events where kind = 'PURCHASE' limit 1`).get()?.event_id,
    );
    const page = await openPage('#pipeline');
    await page.getByLabel('Id of an event').fill(id);
    await page.getByRole('button', { name: 'Look' }).click();
    const steps = page.getByRole('table', { name: `What became of ${id}` }).locator('tbody th');
    await steps.first().waitFor({ timeout: 60_000 });
    expect(await steps.allTextContents()).toEqual(
      expect.arrayContaining(['came in as', 'event', 'counts in', 'profile', 'row']),
    );
    await page.close();
  });

  for (const scheme of ['light', 'dark'] as const)
    for (const hash of ['#shop', '#churn', '#pipeline', '#customer/C000001'])
      it(`has nothing that axe finds serious: ${hash} in ${scheme}`, async () => {
        const page = await openPage(hash, scheme);
        await page.locator('main section').first().waitFor();
        await page.waitForTimeout(2_000);
        await page.evaluate(axe);
        const found = await page.evaluate('axe.run()');
        expect(seriousOf(found)).toEqual([]);
        await page.close();
      });
});

/** Appends a raw purchase of a customer, as the shop's own process would. @param amount dollars */
async function purchase(timestamp: number, amount: number): Promise<void> {
  await using place = await openWorkplace(loadConfig({ data }, {}), 'existing');
  const name = physicalName('demo', topics.syntheticShop.name);
  const { partitions } = (await place.log.topics()).find((topic) => topic.name === name) ?? { partitions: 1 };
  const serde = await openSerde<SyntheticShopEvent>(place.registry, `${name}-value`, topics.syntheticShop.schema);
  const value = serde.encode({
    ...{ eventId: `test-${amount}`, customerId: 'C000001', timestamp, kind: 'PURCHASE', orderId: `test-${amount}` },
    ...{ product: 'Books-1', category: 'Books', unitPrice: 100 * amount, quantity: 1, amount: 100 * amount },
    ...{ paymentMethod: 'Cash', gender: 'Female', age: 30, country: null },
  });
  const records = [{ key: Buffer.from('C000001'), value }];
  await place.log.append([{ topic: name, partition: partitionOf('C000001', partitions), records }]);
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

function seriousOf(found: unknown): readonly string[] {
  const { violations } = found as { readonly violations: readonly Violation[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
}
