/** What Grafana would show: every panel's SQL on real MariaDB, with variables and macros as Grafana expands them. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrateMariadb } from '../connectors/sinks/mariadb-migrate.ts';
import { serverOfTests } from '../connectors/sinks/mariadb-server.testing.ts';
import { textOfView, type ViewsDatabase } from '../connectors/sinks/views.testing.ts';
import { mariadbViews } from '../connectors/sinks/views-mariadb.testing.ts';
import { silent } from '../scripts/stack/say.ts';
import { need, runs } from '../scripts/stack/tools.ts';
import { ebbOk, startEbb } from '../src/commands/ebb.testing.ts';
import { panelSql, type ShopPanel, shopPanels } from './panels.ts';
import { shopVariables } from './variables.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const { newDatabase } = serverOfTests();
let dir = '';
let tables: ViewsDatabase;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-grafana-'));
  const login = await newDatabase();
  await migrateMariadb(login);
  const file = resolve(import.meta.dirname, '../datasets/sample.csv');
  const descriptor = join(dir, 'sample.json');
  await writeFile(descriptor, (await ebbOk('inspect', file, '--json')).stdout);
  const { code, stderr } = await startEbb(
    ['replay', file, '--dataset', descriptor, '--shop', 'grafana', '--run', '--data', join(dir, 'data')],
    '',
    {
      EBB_MARIADB_HOST: login.host,
      EBB_MARIADB_PORT: String(login.port),
      EBB_MARIADB_USER: login.user,
      EBB_MARIADB_PASSWORD: login.password,
      EBB_MARIADB_DATABASE: login.database,
    },
  ).ended;
  expect(code, stderr).toBe(0);
  tables = await mariadbViews(login);
}, 240_000);
afterAll(async () => {
  await tables[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

/** As Grafana does: variables in the browser, macros in its server, which knows whole seconds. */
function expanded(sql: string, values: Readonly<Record<string, string>>, from = 0, to = 0): string {
  return sql
    .replaceAll(/\$\{(\w+):sqlstring\}/g, (_, name) => `'${(values[name] ?? '').replaceAll("'", "''")}'`)
    .replaceAll(/\$(?!__)(\w+)/g, (_, name) => values[name] ?? '')
    .replaceAll('$__unixEpochFrom()', String(Math.floor(from / 1000)))
    .replaceAll('$__unixEpochTo()', String(Math.floor(to / 1000)));
}

async function variables(): Promise<Readonly<Record<string, string>>> {
  const values: Record<string, string> = {};
  for (const { name, kind, query } of shopVariables)
    values[name] =
      kind === 'textbox'
        ? query
        : String(Object.values((await tables.select(expanded(query, values), {}))[0] ?? {})[0]);
  return values;
}

/** The range of a view: to the end of what was chosen or of what is complete, on a whole step. */
function rangeOf({ step, span }: ShopPanel, chosen: { from: number; to: number }, now: number) {
  const to = Math.floor(Math.min(chosen.to, now) / step) * step;
  return { to, from: span === undefined ? Math.floor(chosen.from / step) * step : to - span };
}

it('gives, in every panel, the rows of its view over the range that was chosen', async () => {
  const values = await variables();
  const now = Number(values.now);
  expect(now).toBeGreaterThan(Date.UTC(2025, 2, 3));
  let rows = 0;
  for (const chosen of [
    { from: now - 30 * DAY - 12_345, to: now + 400 * DAY },
    { from: now - 9 * DAY, to: now - 3 * DAY + 1234 },
  ])
    for (const panel of shopPanels) {
      const text = textOfView(panel.number);
      const given = { shop: values.shop ?? '', ...rangeOf(panel, chosen, now), horizon: 90 * DAY, margin: 1 };
      const used = Object.fromEntries(Object.entries(given).filter(([name]) => text.includes(`:${name}`)));
      const shown = await tables.select(expanded(panelSql(text, panel), values, chosen.from, chosen.to), {});
      expect(shown, `view ${panel.number}`).toEqual(await tables.select(text, used));
      rows += shown.length;
    }
  expect(rows).toBeGreaterThan(100);
});

it('has alert rules that Prometheus accepts', { timeout: 300_000 }, async () => {
  await need('Prometheus', 'prometheus', () => runs('promtool', '--version'), silent);
  const { status, stdout, stderr } = spawnSync(
    'promtool',
    ['check', 'rules', join(import.meta.dirname, 'alerts.yml')],
    {
      encoding: 'utf8',
    },
  );
  expect(stdout + stderr).toContain('SUCCESS');
  expect(status).toBe(0);
});
