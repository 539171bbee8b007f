/** For tests of the page: what its tables are to say, computed from rows of SQL. */
import type { Format } from '../../dashboard/page/format.ts';
import type { Row } from '../../dashboard/shown.ts';

type Cells = (row: Row, format: Format) => readonly string[];

const hourName = (hour: unknown): string => `${String(hour).padStart(2, '0')}:00`;

/** By the number of a view that shows its rows as a table: which of them, in which order, and what stands in each cell. */
export const shownRows: Readonly<
  Record<string, { readonly of?: (rows: readonly Row[]) => readonly Row[]; readonly cells: Cells }>
> = {
  '01': {
    of: (rows) => rows.filter(({ weekday }) => weekday === null),
    cells: ({ local_hour, orders, revenue, orders_per_day, revenue_per_day }, { count, money, decimal }) => [
      hourName(local_hour),
      ...[count(orders), money(revenue), decimal(orders_per_day), money(revenue_per_day)],
    ],
  },
  '03': {
    cells: ({ hour_start, revenue, orders }, { hour, money, count }) => [
      hour(hour_start),
      money(revenue),
      count(orders),
    ],
  },
  '04': {
    of: (rows) => rows.filter(({ dimension }) => dimension !== 'all'),
    cells: ({ segment, share, customers, mean_order_value }, { percent, count, money }) => [
      ...[String(segment), percent(share), count(customers), money(mean_order_value)],
    ],
  },
  '05': {
    cells: (row, { percent, money, count }) => [
      ...[String(row.category), percent(row.revenue_share), money(row.revenue), count(row.orders), count(row.units)],
      ...[money(row.mean_unit_price), count(row.customers), count(row.returned_units), percent(row.return_rate)],
    ],
  },
  '06': {
    of: byHour,
    cells: ({ hour_start, ...revenue }, { hour, money }) => [hour(hour_start), ...Object.values(revenue).map(money)],
  },
  '07': {
    of: (rows) => rows.toReversed(),
    cells: (row, { money, count }) => [
      ...[String(row.local_date), money(row.revenue), money(row.mean_revenue_7_days), count(row.orders)],
      count(row.customers),
    ],
  },
  '08': {
    cells: (row, { percent, money, count }) => [
      ...[String(row.payment_method), money(row.revenue), percent(row.revenue_share), count(row.orders)],
      ...[percent(row.order_share), money(row.mean_order_value)],
    ],
  },
  '09': {
    cells: (row, { count, decimal }) => [
      ...[String(row.category), count(row.customers), count(row.purchases), decimal(row.purchases_per_customer)],
      ...[decimal(row.views_per_customer), decimal(row.carts_per_customer)],
    ],
  },
  '10': {
    cells: (row, { count, money }) => [
      ...[`${row.age_group} · ${row.gender}`, count(row.customers), money(row.spend_per_customer)],
      ...[money(row.mean_order_value), String(row.favourite_category)],
    ],
  },
  '11': {
    of: (rows) => rows.toSorted((a, b) => Number(b.week_start) - Number(a.week_start)),
    cells: (row, { day, count, percent }) => [
      ...[day(row.week_start), String(row.category ?? 'all'), count(row.units), count(row.returned_units)],
      percent(row.return_rate),
    ],
  },
  '12': {
    cells: (row, { money }) => [
      String(row.category),
      ...[row.min_revenue, row.mean_revenue, row.max_revenue].map(money),
    ],
  },
  '13': {
    cells: (row, { money, count, day, percent }) => [
      ...[String(row.customer_id), money(row.spend), count(row.orders), money(row.mean_order_value)],
      ...[day(row.last_purchase), bandName(row), percent(row.probability)],
    ],
  },
  '14': {
    cells: (row, { money, count, percent }) => [
      ...[String(row.gender), String(row.category), money(row.spend), percent(row.spend_share), count(row.orders)],
      percent(row.order_share),
    ],
  },
  '15': {
    of: (rows) => [
      ...rows.filter(({ level }) => level === 'band'),
      ...rows.filter(({ level }) => level === 'customer'),
    ],
    cells: (row, { money, count, percent }) => [
      ...(row.level === 'band' ? [bandName(row), count(row.customers)] : [String(row.customer_id), bandName(row)]),
      ...[percent(row.probability), money(row.at_stake), money(row.expected_loss)],
    ],
  },
};

function bandName({ band }: Row): string {
  return String(band).toLowerCase().replace('_', ' ');
}

/** A row an hour, a column a category. */
function byHour(rows: readonly Row[]): readonly Row[] {
  const hours = Map.groupBy(rows, ({ hour_start }) => hour_start);
  return [...hours].map(([hour_start, own]) => ({
    hour_start: hour_start ?? null,
    ...Object.fromEntries(own.map(({ category, revenue }) => [String(category), revenue ?? null])),
  }));
}
