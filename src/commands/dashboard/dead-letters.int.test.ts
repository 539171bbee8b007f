/** A dead letter on the page, in a real browser: seen, corrected, refused while it is wrong, and sent again once. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { installedChromium } from '../../../scripts/stack/chromium.ts';
import { silent } from '../../../scripts/stack/say.ts';
import { query, testFolder } from '../data-folder.testing.ts';
import { till, tillRows } from '../dead.testing.ts';
import { ebbOk, printed, startEbb } from '../ebb.testing.ts';

const folder = testFolder();

it('is corrected on the page, and counts', { timeout: 300_000 }, async () => {
  const data = join(folder, 'data');
  const [file, dataset] = [join(folder, 'till.csv'), join(folder, 'till.json')];
  writeFileSync(file, `${tillRows.join('\n')}\n`);
  writeFileSync(dataset, JSON.stringify(till));
  await ebbOk('replay', file, '--dataset', dataset, '--shop', 'till', '--run', '--data', data);
  const dashboard = startEbb(['dashboard', '--port', '0', '--json', '--shop', 'till', '--data', data]);
  const { url } = await printed<{ readonly url: string }>(dashboard);
  const browser = await chromium.launch({ executablePath: await installedChromium(silent), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(`${url}/#pipeline`);
    await page.getByRole('button', { name: /^Correct till\.raw\.till/ }).click();
    const form = page.getByRole('form', { name: /^Correct raw\.till/ });
    const [input, said] = [form.getByRole('textbox'), form.getByRole('status')];
    await expect.poll(() => input.inputValue(), { timeout: 30_000 }).toContain('"price": "cheap"');
    const wrong = await input.inputValue();
    const send = async (text: string): Promise<void> => {
      await input.fill(text);
      await form.getByRole('button', { name: 'Send again' }).click();
    };
    await send(wrong.replace('cheap', 'dear'));
    await expect.poll(() => said.textContent(), { timeout: 30_000 }).toContain('would be refused again: BAD_PRICE');
    await send('{"price"');
    await expect.poll(() => said.textContent(), { timeout: 30_000 }).toContain('JSON');
    await send(wrong.replace('cheap', '3.50'));
    await expect.poll(() => said.textContent(), { timeout: 30_000 }).toContain('It is sent again');
    const path = new URL(await page.url()).origin;
    const offset = (await form.getAttribute('aria-label'))?.split(/[ /]/).slice(-2).join('/');
    const again = await fetch(`${path}/api/dead-letters/till.raw.till/${offset}/resend`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
    });
    expect([again.status, await again.text()]).toEqual([409, expect.stringContaining('has been sent again already')]);
    const unknown = await fetch(`${path}/api/dead-letters/till.raw.till/0/999`);
    expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining('no dead record')]);
  } finally {
    await browser.close();
    dashboard.child.kill('SIGTERM');
    await dashboard.ended;
  }
  await ebbOk('run', '--until-caught-up', '--shop', 'till', '--data', data);
  expect(await query(data, 'select event_id, amount from ecommerce_events order by time')).toEqual([
    { event_id: 't-1', amount: 1_000 },
    { event_id: 't-2', amount: 700 },
  ]);
});
