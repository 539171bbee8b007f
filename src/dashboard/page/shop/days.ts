/** Views of days and weeks: 7, 11 and 12. */
import type { Row } from '../../shown.ts';
import type { CardSpec } from '../card.ts';
import { colour, series } from '../chart.ts';
import { charted } from '../charted.ts';
import { leading, number, sum, text } from '../numbers.ts';
import { moneyTick } from './hours.ts';

export const perDay: CardSpec = {
  panel: 'view-07',
  title: 'Total per day',
  span: 12,
  note: 'the last day as far as it has come',
  open: charted('', (chart, { rows, partly }, format) => {
    chart.draw(`Revenue of each day with the mean of seven, ${format.money(sum(rows, 'revenue'))} in all`, () => ({
      type: 'line',
      data: {
        labels: rows.map((row) => text(row, 'local_date')),
        datasets: [
          {
            label: '7-day mean',
            data: rows.map((row) => format.units(row.mean_revenue_7_days)),
            borderColor: series(1),
            backgroundColor: series(1),
            borderWidth: 2,
            pointRadius: 0,
          },
          {
            label: 'Revenue',
            data: rows.map((row) => format.units(row.revenue)),
            borderColor: series(0),
            backgroundColor: `color-mix(in oklab, ${series(0)} 18%, transparent)`,
            fill: true,
            borderWidth: rows.length > 120 ? 1 : 1.8,
            pointRadius: rows.length > 60 ? 0 : 2,
          },
        ],
      },
      options: {
        scales: { y: { beginAtZero: true, ticks: { callback: moneyTick(format), maxTicksLimit: 5 } }, x: {} },
      },
    }));
    return {
      label: 'Totals per day',
      caption: 'Totals per day, the newest first',
      columns: [
        { name: 'Day', head: true, cell: (row) => text(row, 'local_date') },
        { name: 'Revenue', number: true, cell: (row) => format.money(row.revenue) },
        { name: '7-day mean', number: true, cell: (row) => format.money(row.mean_revenue_7_days) },
        { name: 'Orders', number: true, cell: (row) => format.count(row.orders) },
        ...(partly.includes('customer')
          ? []
          : [{ name: 'Customers', number: true, cell: (row: Row) => format.count(row.customers) }]),
      ],
      rows: rows.toReversed(),
      long: true,
    };
  }),
};

/** Lines that are told apart. */
const LINES = 5;

export const returnRate: CardSpec = {
  panel: 'view-11',
  title: 'Return rate',
  span: 6,
  note: 'returned of bought units by week',
  open: charted('', (chart, { rows, partly }, format) => {
    const weeks = [...new Set(rows.map((row) => number(row, 'week_start')))];
    const categories = partly.includes('category')
      ? []
      : leading(
          rows.filter((row) => row.category !== null),
          'category',
          'units',
          LINES,
        );
    const of = new Map(rows.map((row) => [`${row.week_start} ${row.category}`, row.return_rate]));
    const [units, returned] = ['units', 'returned_units'].map((name) =>
      sum(
        rows.filter((row) => row.category === null),
        name,
      ),
    );
    const lines = [null, ...categories];
    const overall = (units ?? 0) > 0 ? format.percent((returned ?? 0) / (units ?? 1)) : 'none';
    chart.draw(`Return rate by week, ${overall} over all`, () => ({
      type: 'line',
      data: {
        labels: weeks.map((week) => format.day(week)),
        datasets: lines.map((category, index) => ({
          label: category ?? 'all',
          data: weeks.map((week) => {
            const rate = of.get(`${week} ${category}`);
            return typeof rate === 'number' ? 100 * rate : null;
          }),
          borderColor: category === null ? colour('text') : series(index - 1),
          backgroundColor: category === null ? colour('text') : series(index - 1),
          borderWidth: category === null ? 2.5 : 1.5,
          pointRadius: weeks.length > 30 ? 0 : 2,
        })),
      },
      options: {
        scales: { y: { beginAtZero: true, ticks: { callback: (value) => `${value} %`, maxTicksLimit: 5 } }, x: {} },
      },
    }));
    return {
      label: 'Return rate by week and category',
      caption: 'Return rate by week and category, the newest first',
      columns: [
        { name: 'Week from', head: true, cell: (row) => format.day(row.week_start) },
        { name: 'Category', cell: (row) => (row.category === null ? 'all' : text(row, 'category')) },
        { name: 'Bought', number: true, cell: (row) => format.count(row.units) },
        { name: 'Returned', number: true, cell: (row) => format.count(row.returned_units) },
        { name: 'Rate', number: true, cell: (row) => format.percent(row.return_rate) },
      ],
      rows: rows.toSorted((a, b) => number(b, 'week_start') - number(a, 'week_start')),
      long: true,
    };
  }),
};

const BARS = 12;

export const categoryRevenue: CardSpec = {
  panel: 'view-12',
  title: 'Category revenue',
  span: 6,
  note: 'least, mean and most of a day',
  open: charted('', (chart, { rows }, format) => {
    const shown = rows.slice(0, BARS);
    chart.draw('Least, mean and greatest daily revenue of each category', () => ({
      type: 'bar',
      data: {
        labels: shown.map((row) => text(row, 'category')),
        datasets: [
          {
            label: 'least to most',
            data: shown.map((row): [number, number] => [format.units(row.min_revenue), format.units(row.max_revenue)]),
            backgroundColor: `color-mix(in oklab, ${series(0)} 35%, transparent)`,
            borderRadius: 3,
            borderSkipped: false,
            order: 1,
          },
          {
            label: 'mean',
            // A thin bar around the mean is a mark that needs no axis of its own.
            type: 'scatter' as 'bar',
            data: shown.map((row) => format.units(row.mean_revenue)),
            backgroundColor: series(1),
            borderColor: series(1),
            order: 0,
          },
        ],
      },
      options: {
        scales: {
          y: { ticks: { callback: moneyTick(format), maxTicksLimit: 5 } },
          x: { ticks: { autoSkip: false, maxRotation: 40 } },
        },
        plugins: {
          tooltip: {
            callbacks: {
              label: ({ dataIndex, datasetIndex }) => {
                const row = shown[dataIndex];
                return datasetIndex === 0
                  ? `${format.money(row?.min_revenue)} to ${format.money(row?.max_revenue)}`
                  : `mean ${format.money(row?.mean_revenue)}`;
              },
            },
          },
        },
      },
    }));
    return {
      caption: 'Daily revenue per category',
      columns: [
        { name: 'Category', head: true, cell: (row) => text(row, 'category') },
        { name: 'Least', number: true, cell: (row) => format.money(row.min_revenue) },
        { name: 'Mean', number: true, cell: (row) => format.money(row.mean_revenue) },
        { name: 'Most', number: true, cell: (row) => format.money(row.max_revenue) },
      ],
      rows,
      long: true,
    };
  }),
};
