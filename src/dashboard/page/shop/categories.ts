/** Views of categories and payment: 5, 8 and 9. */
import type { CardSpec } from '../card.ts';
import { drawing, series } from '../chart.ts';
import { charted, listed } from '../charted.ts';
import { element } from '../elements.ts';
import { text } from '../numbers.ts';
import { type Column, listing, shareBar } from '../table.ts';

export const performance: CardSpec = {
  panel: 'view-05',
  title: 'Performance by category',
  span: 12,
  open: listed(({ rows, partly }, format) => ({
    caption: 'Performance by category',
    columns: [
      { name: 'Category', head: true, cell: (row) => text(row, 'category') },
      { name: 'Share of revenue', cell: (row) => shareBar(row.revenue_share, format.percent(row.revenue_share)) },
      { name: 'Revenue', number: true, cell: (row) => format.money(row.revenue) },
      { name: 'Orders', number: true, cell: (row) => format.count(row.orders) },
      { name: 'Units', number: true, cell: (row) => format.count(row.units) },
      { name: 'Mean unit price', number: true, cell: (row) => format.money(row.mean_unit_price) },
      ...(partly.includes('customer')
        ? []
        : [{ name: 'Customers', number: true, cell: (row) => format.count(row.customers) } satisfies Column]),
      ...(partly.includes('returns')
        ? []
        : [
            { name: 'Returned', number: true, cell: (row) => format.count(row.returned_units) } satisfies Column,
            { name: 'Return rate', number: true, cell: (row) => format.percent(row.return_rate) } satisfies Column,
          ]),
    ],
    rows,
    long: true,
  })),
};

export const payment: CardSpec = {
  panel: 'view-08',
  title: 'Payment methods',
  span: 6,
  open() {
    const chart = drawing('short');
    const place = element('div');
    return {
      body: [chart.element, place],
      show({ rows }, format) {
        chart.draw('Share of revenue and of orders of each payment method', () => ({
          type: 'bar',
          data: {
            labels: rows.map((row) => text(row, 'payment_method')),
            datasets: [
              {
                label: 'of revenue',
                data: rows.map((row) => 100 * Number(row.revenue_share)),
                backgroundColor: series(0),
                borderRadius: 3,
              },
              {
                label: 'of orders',
                data: rows.map((row) => 100 * Number(row.order_share)),
                backgroundColor: series(1),
                borderRadius: 3,
              },
            ],
          },
          options: {
            indexAxis: 'y',
            scales: {
              x: { beginAtZero: true, ticks: { callback: (value) => `${value} %`, maxTicksLimit: 6 } },
              y: { ticks: { autoSkip: false } },
            },
          },
        }));
        place.replaceChildren(
          listing({
            caption: 'Payment methods',
            columns: [
              { name: 'Method', head: true, cell: (row) => text(row, 'payment_method') },
              { name: 'Revenue', number: true, cell: (row) => format.money(row.revenue) },
              { name: 'of all', number: true, cell: (row) => format.percent(row.revenue_share) },
              { name: 'Orders', number: true, cell: (row) => format.count(row.orders) },
              { name: 'of all', number: true, cell: (row) => format.percent(row.order_share) },
              { name: 'Mean order', number: true, cell: (row) => format.money(row.mean_order_value) },
            ],
            rows,
          }),
        );
      },
    };
  },
};

const BARS = 10;

export const engagement: CardSpec = {
  panel: 'view-09',
  title: 'Categories with the highest engagement',
  span: 6,
  note: 'purchases per customer, where there are 30 customers',
  open: charted('short', (chart, { rows, partly }, format) => {
    const shown = rows.slice(0, BARS);
    chart.draw('Purchases per customer of each category', () => ({
      type: 'bar',
      data: {
        labels: shown.map((row) => text(row, 'category')),
        datasets: [
          {
            label: 'Purchases per customer',
            data: shown.map((row) => Number(row.purchases_per_customer)),
            backgroundColor: series(2),
            borderRadius: 3,
          },
        ],
      },
      options: {
        indexAxis: 'y',
        scales: { x: { beginAtZero: true, ticks: { maxTicksLimit: 6 } }, y: { ticks: { autoSkip: false } } },
      },
    }));
    return {
      label: 'Engagement',
      caption: 'Engagement by category',
      columns: [
        { name: 'Category', head: true, cell: (row) => text(row, 'category') },
        { name: 'Customers', number: true, cell: (row) => format.count(row.customers) },
        { name: 'Purchases', number: true, cell: (row) => format.count(row.purchases) },
        { name: 'per customer', number: true, cell: (row) => format.decimal(row.purchases_per_customer) },
        ...(partly.includes('views')
          ? []
          : [
              {
                name: 'Views per customer',
                number: true,
                cell: (row) => format.decimal(row.views_per_customer),
              } satisfies Column,
            ]),
        ...(partly.includes('carts')
          ? []
          : [
              {
                name: 'Carts per customer',
                number: true,
                cell: (row) => format.decimal(row.carts_per_customer),
              } satisfies Column,
            ]),
      ],
      rows,
    };
  }),
};
