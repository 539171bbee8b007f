/** Views of hours: 1, 2, 3, 4 and 6. */
import type { Row } from '../../shown.ts';
import { behind, type CardSpec } from '../card.ts';
import { drawing, NAMED, namedColour, otherColour, series } from '../chart.ts';
import { charted } from '../charted.ts';
import { element } from '../elements.ts';
import { figures } from '../figures.ts';
import type { Format } from '../format.ts';
import { distinct, leading, number, sum, text } from '../numbers.ts';
import { listing, scrolling, shareBar } from '../table.ts';

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const hourName = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

export const bestCategory: CardSpec = {
  panel: 'view-02',
  title: 'Best category of the last hour',
  span: 3,
  open() {
    const name = element('p', { class: 'stat' });
    const more = element('p', { class: 'stat-note' });
    return {
      body: [name, more],
      show({ rows: [best] }, format) {
        name.textContent = best === undefined ? 'no sales' : text(best, 'category');
        more.textContent =
          best === undefined
            ? 'nothing was sold in that hour'
            : `${format.money(best.revenue)} in ${format.count(best.orders)} ${best.orders === 1 ? 'order' : 'orders'}`;
      },
    };
  },
};

export const lastHours: CardSpec = {
  panel: 'view-03',
  title: 'Sales of the last 5 hours',
  span: 5,
  open: charted('short', (chart, { rows }, format) => {
    chart.draw(`Revenue of each of the last 5 hours, ${format.money(sum(rows, 'revenue'))} in all`, () => ({
      type: 'bar',
      data: {
        labels: rows.map((row) => format.hour(row.hour_start)),
        datasets: [
          {
            label: 'Revenue',
            data: rows.map((row) => format.units(row.revenue)),
            backgroundColor: series(0),
            borderRadius: 4,
          },
        ],
      },
      options: {
        scales: { y: { ticks: { callback: moneyTick(format), maxTicksLimit: 4 } }, x: {} },
        plugins: {
          tooltip: {
            callbacks: {
              label: ({ dataIndex }) =>
                `${format.money(rows[dataIndex]?.revenue)}, ${format.count(rows[dataIndex]?.orders)} orders`,
            },
          },
        },
      },
    }));
    return {
      caption: 'Sales of the last 5 hours',
      columns: [
        { name: 'Hour', head: true, cell: (row) => format.hour(row.hour_start) },
        { name: 'Revenue', number: true, cell: (row) => format.money(row.revenue) },
        { name: 'Orders', number: true, cell: (row) => format.count(row.orders) },
      ],
      rows,
    };
  }),
};

export const lastHoursCustomers: CardSpec = {
  panel: 'view-04',
  title: "Last hour's customers",
  span: 4,
  open() {
    const stated = element('div');
    const parts = element('div');
    return {
      body: [stated, parts],
      show({ rows, partly, hidden: few }, format) {
        const all = rows.find(({ dimension }) => dimension === 'all');
        const fresh = rows.find(({ dimension, segment }) => dimension === 'loyalty' && segment === 'new');
        stated.replaceChildren(
          figures([
            ['customers', all === undefined && few > 0 ? 'under 10' : format.count(number(all, 'customers'))],
            ['of them new', fresh === undefined && few > 0 ? '–' : format.count(number(fresh, 'customers'))],
            ['mean order', all === undefined ? '–' : format.money(all.mean_order_value)],
          ]),
        );
        const hidden = new Set([
          'all',
          ...(partly.includes('gender') ? ['gender'] : []),
          ...(partly.includes('age') ? ['age_group'] : []),
        ]);
        const shown = rows.filter(({ dimension }) => !hidden.has(String(dimension)));
        parts.replaceChildren(
          listing({
            label: 'Who bought',
            caption: "Last hour's customers by loyalty, gender and age",
            columns: [
              { name: 'Who', head: true, cell: (row) => text(row, 'segment') },
              { name: 'Share', cell: (row) => shareBar(row.share, format.percent(row.share)) },
              { name: 'Customers', number: true, cell: (row) => format.count(row.customers) },
              { name: 'Mean order', number: true, cell: (row) => format.money(row.mean_order_value) },
            ],
            rows: shown,
          }),
        );
      },
    };
  },
};

export const peakHours: CardSpec = {
  panel: 'view-01',
  title: 'Peak shopping hours',
  span: 6,
  note: 'mean per day',
  open() {
    const chart = drawing('short');
    const heat = element('div');
    const { body, table: place } = behind(chart.element);
    return {
      body: [...body.slice(0, 1), heat, ...body.slice(1)],
      show({ rows }, format) {
        const hours = rows.filter(({ weekday }) => weekday === null);
        const cells = rows.filter(({ weekday }) => weekday !== null);
        const peak = hours.reduce<Row | undefined>(
          (best, row) => (best === undefined || number(row, 'revenue') > number(best, 'revenue') ? row : best),
          undefined,
        );
        chart.draw(`Mean revenue by hour of day; the most at ${hourName(number(peak, 'local_hour'))}`, () => ({
          type: 'bar',
          data: {
            labels: hours.map((row) => hourName(number(row, 'local_hour'))),
            datasets: [
              {
                label: 'Revenue per day',
                data: hours.map((row) => format.units(row.revenue_per_day)),
                backgroundColor: series(0),
                borderRadius: 2,
                categoryPercentage: 0.9,
              },
            ],
          },
          options: { scales: { y: { ticks: { callback: moneyTick(format), maxTicksLimit: 4 } }, x: {} } },
        }));
        heat.replaceChildren(scrolling('Orders by weekday and hour', heatMap(cells, format)));
        place.replaceChildren(
          listing({
            caption: 'Orders and revenue by hour of day',
            columns: [
              { name: 'Hour', head: true, cell: (row) => hourName(number(row, 'local_hour')) },
              { name: 'Orders', number: true, cell: (row) => format.count(row.orders) },
              { name: 'Revenue', number: true, cell: (row) => format.money(row.revenue) },
              { name: 'Orders a day', number: true, cell: (row) => format.decimal(row.orders_per_day) },
              { name: 'Revenue a day', number: true, cell: (row) => format.money(row.revenue_per_day) },
            ],
            rows: hours,
          }),
        );
      },
    };
  },
};

/** Each cell says its number to who hovers and to screen readers. */
function heatMap(cells: readonly Row[], format: Format): HTMLElement {
  const most = Math.max(1e-9, ...cells.map((row) => number(row, 'orders_per_day')));
  const at = new Map(cells.map((row) => [`${row.weekday} ${row.local_hour}`, row]));
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const head = hours.map((hour) =>
    element(
      'th',
      { scope: 'col' },
      hour % 3 === 0 ? String(hour) : element('span', { class: 'visually-hidden' }, String(hour)),
    ),
  );
  const rows = weekdays.map((name, weekday) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, name.slice(0, 3)),
      hours.map((hour) => {
        const row = at.get(`${weekday} ${hour}`);
        const label = `${name} ${hourName(hour)}: ${format.decimal(number(row, 'orders_per_day'))} orders a day, ${format.money(number(row, 'revenue_per_day'))}`;
        const cell = element('span', { title: label });
        cell.style.setProperty('--heat', `${(100 * number(row, 'orders_per_day')) / most}%`);
        return element(
          'td',
          {},
          cell,
          element('span', { class: 'visually-hidden' }, format.decimal(number(row, 'orders_per_day'))),
        );
      }),
    ),
  );
  return element(
    'table',
    { class: 'heat' },
    element('caption', {}, 'Orders a day by weekday and hour: the darker, the more'),
    element('thead', {}, element('tr', {}, element('td'), head)),
    element('tbody', {}, rows),
  );
}

export const categoryHours: CardSpec = {
  panel: 'view-06',
  title: 'Sales per category, 24 hours',
  span: 6,
  open: charted('', (chart, { rows }, format) => {
    const hours = [...new Set(rows.map((row) => number(row, 'hour_start')))];
    const names = leading(rows, 'category', 'revenue', NAMED);
    const of = new Map(rows.map((row) => [`${row.hour_start} ${row.category}`, number(row, 'revenue')]));
    const others = distinct(rows, 'category').filter((name) => !names.includes(name));
    const bars: readonly (readonly [string, readonly string[]])[] = [
      ...names.map((name) => [name, [name]] as const),
      ...(others.length > 0 ? [['other', others] as const] : []),
    ];
    chart.draw(
      `Revenue of each category in each of the last 24 hours, ${format.money(sum(rows, 'revenue'))} in all`,
      () => ({
        type: 'bar',
        data: {
          labels: hours.map((hour) => format.hour(hour)),
          datasets: bars.map(([label, members], index) => ({
            label,
            data: hours.map((hour) =>
              format.units(members.reduce((total, name) => total + (of.get(`${hour} ${name}`) ?? 0), 0)),
            ),
            backgroundColor: label === 'other' ? otherColour() : namedColour(index),
          })),
        },
        options: {
          scales: {
            x: { stacked: true },
            y: { stacked: true, ticks: { callback: moneyTick(format), maxTicksLimit: 5 } },
          },
        },
      }),
    );
    const all = distinct(rows, 'category');
    return {
      label: 'Sales per category and hour',
      caption: 'Revenue per category and hour',
      columns: [
        { name: 'Hour', head: true, cell: (row) => format.hour(row.hour) },
        ...all.map((name) => ({
          name,
          number: true,
          cell: (row: Row) => format.money(of.get(`${row.hour} ${name}`) ?? 0),
        })),
      ],
      rows: hours.map((hour) => ({ hour })),
      long: true,
    };
  }),
};

/** Ticks are in units of the currency. */
export function moneyTick(format: Format): (value: number | string) => string {
  const minor = 1 / format.units(1);
  return (value) => format.shortMoney(Number(value) * minor);
}
