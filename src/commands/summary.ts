import type { Event } from '../../schemas/generated.ts';
import type { Config } from '../config.ts';
import { tablesIfThere } from './tables/open.ts';
import type { Row, Tables } from './tables/tables.ts';
import { count, money, table } from './terminal.ts';

/** What a shop's tables hold, in numbers. */
export interface ShopSummary {
  readonly events: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly customers: number;
  /** Sum of the purchases' amounts by currency, in minor units. */
  readonly revenue: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  readonly deadByReason: Readonly<Record<string, number>>;
  readonly late: number;
  /** Hourly category and segment windows that have closed, and that the data end in. */
  readonly windows: { readonly complete: number; readonly incomplete: number };
}

/** Sums a shop's tables up; a run that was stopped before its sinks made them has none, and nothing in them. */
export async function summarise(config: Config, shop: string): Promise<ShopSummary> {
  await using tables = await tablesIfThere(config);
  return tables === undefined ? nothing : await summaryOf(tables, shop);
}

const nothing: ShopSummary = {
  events: 0,
  byKind: {},
  customers: 0,
  revenue: {},
  deadLetters: 0,
  deadByReason: {},
  late: 0,
  windows: { complete: 0, incomplete: 0 },
};

const kinds = ['CART', 'PURCHASE', 'RETURN', 'VIEW'] as const satisfies readonly Event['kind'][];

async function summaryOf(tables: Tables, shop: string): Promise<ShopSummary> {
  const numbers = async (sql: string): Promise<Record<string, number>> =>
    Object.fromEntries((await tables.rows(sql, shop)).map(({ name, value }) => [String(name), Number(value)]));
  const one = async (sql: string): Promise<Row> => (await tables.rows(sql, shop))[0] ?? {};
  // All of it in one pass without groups: sorting into groups costs more than the pass.
  const sums = await one(
    `select ${kinds.map((kind) => `sum(kind = '${kind}') as ${kind}_events`).join(', ')},
       count(distinct case kind when 'PURCHASE' then customer_id end) as customers,
       sum(case kind when 'PURCHASE' then amount end) as revenue,
       min(case kind when 'PURCHASE' then currency end) as currency,
       max(case kind when 'PURCHASE' then currency end) as other
     from ecommerce_events where shop = ?`,
  );
  const { currency, other, revenue } = sums;
  const byKind = Object.fromEntries(
    kinds.map((kind) => [kind, Number(sums[`${kind}_events`] ?? 0)] as const).filter(([, events]) => events > 0),
  );
  const deadByReason = await numbers(
    'select code as name, count(*) as value from dead_letters where shop = ? group by code order by 2 desc, 1',
  );
  const windows = await numbers(
    `select case when complete = 1 then 'complete' else 'incomplete' end as name, count(*) as value
     from (select shop, complete from category_metrics union all select shop, complete from segment_metrics) as windows
     where shop = ? group by complete`,
  );
  return {
    events: sum(byKind),
    byKind,
    customers: Number(sums.customers ?? 0),
    revenue:
      currency === other
        ? Object.fromEntries(typeof currency === 'string' ? [[currency, Number(revenue)]] : [])
        : await numbers(
            "select currency as name, sum(amount) as value from ecommerce_events where shop = ? and kind = 'PURCHASE' group by currency",
          ),
    deadLetters: sum(deadByReason),
    deadByReason,
    late: Number((await one('select count(*) as value from late_events where shop = ?')).value),
    windows: { complete: windows.complete ?? 0, incomplete: windows.incomplete ?? 0 },
  };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}

/** For people. `rowsIn` and `seconds` are of this run; absent where a run took nothing in. `live`: the data have no end. */
export function summaryText(
  summary: ShopSummary,
  run: { readonly rowsIn?: number; readonly seconds: number; readonly rate?: number; readonly live?: boolean },
): string {
  const { windows, byKind, deadByReason } = summary;
  const parts = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, value]) => `${count(value)} ${name}`)
      .join(', ');
  const unprocessed = (run.rowsIn ?? 0) - summary.events - summary.deadLetters;
  const rows: (readonly [string, string])[] = [
    ...(run.rowsIn === undefined ? [] : [['rows in', count(run.rowsIn)] as const]),
    ['events', `${count(summary.events)}${summary.events > 0 ? `  (${parts(byKind)})` : ''}`],
    ['dead letters', `${count(summary.deadLetters)}${summary.deadLetters > 0 ? `  (${parts(deadByReason)})` : ''}`],
    ...(unprocessed > 0
      ? [['not yet', `${count(unprocessed)} rows are in the log, to be processed by the next run`] as const]
      : []),
    ['late', count(summary.late)],
    [
      'windows',
      `${count(windows.complete)} complete, ${count(windows.incomplete)} ${run.live === true ? 'still open' : 'incomplete at the end of the data'}`,
    ],
    ['customers', `${count(summary.customers)} with a purchase`],
    [
      'revenue',
      Object.entries(summary.revenue)
        .map(([currency, minor]) => `${money(minor, currency)} gross`)
        .join(', ') || '–',
    ],
    ['seconds', `${run.seconds.toFixed(1)}${run.rate === undefined ? '' : `  (${count(run.rate)} rows/s)`}`],
  ];
  return table(['', ''], rows);
}
