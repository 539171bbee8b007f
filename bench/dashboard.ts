/** What the dashboard asks of a shop of 100,000 customers and two years: each query's time, and how large the live tables are. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DAY } from '../datasets/civil.ts';
import { zoneOf } from '../datasets/zone.ts';
import { travel } from '../src/commands/live/as-of.ts';
import { openLiveFile } from '../src/commands/live/live-file.ts';
import { panels } from '../src/dashboard/panels.ts';
import { rangeOf } from '../src/dashboard/ranges.ts';
import type { RangeName } from '../src/dashboard/shown.ts';
import { megabytes } from './table.ts';

const CUSTOMERS = 100_000;
const PURCHASES = 600_000;
/** Views of the days that the live tables keep. */
const VIEWS = 400_000;
const MONTHS = 15;
const first = Date.UTC(2024, 0, 1);
const now = first + 730 * DAY;

/** Evenly spread over the time, and over customers and categories as a congruential generator has it. */
function insertEvents(kind: string, count: number, from: number): string {
  return `
    with recursive numbers(i) as (select 0 union all select i + 1 from numbers where i + 1 < ${count}),
    drawn as (
      select i, ${from} + i * ${Math.floor((now - from) / count)} as time, (i * 7919 + 12345) % 1000003 % ${CUSTOMERS} as customer
      from numbers
    )
    insert into ecommerce_events
    select 'demo', '${kind}' || i, 'C' || customer, '${kind}', time, '${kind}' || (i / 2), 'product ' || (i % 200),
      'category ' || ((i * 10007) % 1000003 % 8), 1000 + i % 5000, 1 + i % 3, (1000 + i % 5000) * (1 + i % 3), 'USD',
      case i % 3 when 0 then 'Card' when 1 then 'PayPal' else 'Cash' end,
      case customer % 2 when 0 then 'Female' else 'Male' end, 18 + customer % 60, 'US', null,
      date(time / 1000, 'unixepoch'), time / 3600000 % 24
    from drawn`;
}

const insertPeople = `
  insert into client_profiles
  select 'demo', customer_id, count(*), count(*), sum(amount), 1, 1, 1, 0, null, null, min(time), max(time), min(time), max(time),
    max(gender), max(age), 'US', 'USD'
  from ecommerce_events where kind = 'PURCHASE' group by customer_id;
  insert into churn_scores
  select 'demo', customer_id, '2025-12-31', 'SILENCE', last_seen, last_seen % 1000 / 1e3, 'LOW', 'random_forest', 'v', 90,
    '[{"code":"recency","contribution":1.2,"text":"silent 62 days; usual gap 56"}]', .5, .01, 10, 5, 1, 100, 50, 'USD', 0, 0
  from client_profiles;
  with recursive months(i) as (select 1 union all select i + 1 from months where i < ${MONTHS})
  insert into predictions
  select 'demo', customer_id, date(${now} / 1000 - i * 2592000, 'unixepoch'), 'GRID', ${now} - i * 30 * ${DAY}, 'random_forest', 'v',
    'CHAMPION', (last_seen + i) % 1000 / 1e3, 90
  from client_profiles cross join months`;

function benchPanels(reader: DatabaseSync, chosen: RangeName): void {
  for (const spec of panels) {
    const sql = readFileSync(new URL(`../sql/${spec.sql}`, import.meta.url), 'utf8');
    const names = new Set([...sql.replaceAll(/--.*$/gm, '').matchAll(/:(\w+)/g)].map(([, name = '']) => name));
    const range = rangeOf(spec.range, { now, first, zone: zoneOf('UTC'), chosen });
    const values = Object.entries({ shop: 'demo', ...range, horizon: 90 * DAY, margin: 1 });
    const statement = reader.prepare(sql);
    const own = Object.fromEntries(values.filter(([name]) => names.has(name)));
    const took = timed(() => statement.all(own));
    process.stdout.write(`${chosen.padEnd(6)}${spec.id.padEnd(20)}${took}\n`);
  }
}

function timed(work: () => unknown): string {
  const before = process.cpuUsage();
  const started = performance.now();
  work();
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - started).toFixed(0).padStart(7);
  return `${wall} ms, ${((user + system) / 1000).toFixed(0).padStart(6)} ms of CPU`;
}

const folder = mkdtempSync(join(tmpdir(), 'ebb-bench-dashboard-'));
try {
  const path = join(folder, 'live.sqlite');
  using database = openLiveFile(path);
  database.exec('begin');
  database.exec(insertEvents('PURCHASE', PURCHASES, first));
  database.exec(insertEvents('RETURN', PURCHASES / 12, first));
  database.exec(insertEvents('VIEW', VIEWS, now - 35 * DAY));
  database.exec(insertPeople);
  database.exec('commit; pragma wal_checkpoint(truncate)');
  process.stdout.write(`live tables: ${megabytes(statSync(path).size)}\n`);
  using reader = new DatabaseSync(path, { readOnly: true });
  reader.exec('pragma temp_store = memory; pragma cache_size = -64000; pragma mmap_size = 1073741824');
  benchPanels(reader, '28d');
  benchPanels(reader, 'all');
  process.stdout.write(`looking back${' '.repeat(14)}${timed(() => travel(reader, 'demo', now - 200 * DAY))}\n`);
  process.stdout.write(`memory: ${megabytes(process.memoryUsage().rss)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
