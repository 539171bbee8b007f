import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { count, dim, moment, money, table } from './terminal.ts';

const HOURS = 5;
const HOUR = 3_600_000;

/** Sales of the last complete hours, for the terminal. Empty while there are none. */
export function lastHours(path: string, shop: string): string {
  if (!existsSync(path)) return '';
  const database = new DatabaseSync(path, { readOnly: true, timeout: 200 });
  try {
    const newest = database
      .prepare('select max(window_start) as at from category_metrics where shop = ? and complete = 1')
      .get(shop)?.at;
    if (typeof newest !== 'number') return '';
    const rows = database
      .prepare(
        `select window_start as hour, sum(transactions) as purchases, sum(revenue) as revenue
         from category_metrics where shop = ? and complete = 1 and window_start > ?
         group by window_start order by window_start desc`,
      )
      .all(shop, newest - HOURS * HOUR);
    const currency = database
      .prepare('select currency from ecommerce_events where shop = ? limit 1')
      .get(shop)?.currency;
    const best = database.prepare(
      'select category from category_metrics where shop = ? and window_start = ? order by revenue desc, transactions desc, category limit 1',
    );
    const byHour = new Map(rows.map((row) => [Number(row.hour), row]));
    // Hours without a sale have no row, and belong here all the same.
    const lines = Array.from({ length: HOURS }, (_, back) => newest - back * HOUR).map((hour) => [
      moment(hour),
      count(Number(byHour.get(hour)?.purchases ?? 0)),
      money(Number(byHour.get(hour)?.revenue ?? 0), typeof currency === 'string' ? currency : 'USD'),
      String(best.get(shop, hour)?.category ?? '–'),
    ]);
    return `\n${dim('the last complete hours', process.stderr)}\n${table(['hour', 'purchases', 'revenue', 'best category'], lines, { stream: process.stderr })}\n`;
  } catch (error) {
    // A glance, not a result: while the tables are being made or are busy, show nothing.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR') return '';
    throw error;
  } finally {
    database.close();
  }
}
