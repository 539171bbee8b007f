import type { Tables } from './tables/tables.ts';
import { count, dim, moment, money, table } from './terminal.ts';

const HOURS = 5;
const HOUR = 3_600_000;

/** Sales of the last complete hours, for the terminal. Empty while there are none. */
export async function lastHours(tables: Tables, shop: string): Promise<string> {
  const [found] = await tables.rows(
    'select max(window_start) as newest from category_metrics where shop = ? and complete = 1',
    shop,
  );
  if (found?.newest === null || found?.newest === undefined) return '';
  const newest = Number(found.newest);
  const since = newest - HOURS * HOUR;
  const rows = await tables.rows(
    `select window_start as hour, category, transactions, revenue from category_metrics
     where shop = ? and complete = 1 and window_start > ? order by revenue desc, transactions desc, category`,
    shop,
    since,
  );
  const [event] = await tables.rows('select currency from ecommerce_events where shop = ? limit 1', shop);
  const byHour = Map.groupBy(rows, ({ hour }) => Number(hour));
  const currency = typeof event?.currency === 'string' ? event.currency : 'USD';
  // Hours without a sale have no row, and belong here all the same.
  const lines = Array.from({ length: HOURS }, (_, back) => newest - back * HOUR).map((hour) => {
    const ofHour = byHour.get(hour) ?? [];
    const sum = (column: string) => ofHour.reduce((total, row) => total + Number(row[column]), 0);
    return [
      moment(hour),
      count(sum('transactions')),
      money(sum('revenue'), currency),
      String(ofHour[0]?.category ?? '–'),
    ];
  });
  return `\n${dim('the last complete hours', process.stderr)}\n${table(['hour', 'purchases', 'revenue', 'best category'], lines, { stream: process.stderr })}\n`;
}
