/** Views of customers: 10, 13, 14 and 15. */
import type { Row } from '../../shown.ts';
import type { CardSpec } from '../card.ts';
import { colour, drawing, NAMED, namedColour, otherColour } from '../chart.ts';
import { charted, listed } from '../charted.ts';
import { type Child, element } from '../elements.ts';
import { distinct, leading, number, text } from '../numbers.ts';
import { listing } from '../table.ts';

export function customerLink(row: Row): Child {
  const id = text(row, 'customer_id');
  return element('a', { href: `#customer/${encodeURIComponent(id)}` }, id);
}

/** As a person reads it: at risk. */
function bandName(band: string): string {
  return band.toLowerCase().replace('_', ' ');
}

export function bandOf(row: Row): Child {
  return element('span', { class: `band band-${text(row, 'band')}` }, bandName(text(row, 'band')));
}

export const demographics: CardSpec = {
  panel: 'view-10',
  title: 'Demographics and spending',
  span: 6,
  open: listed(({ rows, partly }, format) => {
    const both = (row: Row): string =>
      [partly.includes('age') ? '' : text(row, 'age_group'), partly.includes('gender') ? '' : text(row, 'gender')]
        .filter((part) => part !== '')
        .join(' · ') || 'everybody';
    return {
      label: 'Demographics and spending',
      caption: 'Customers by age and gender',
      columns: [
        { name: 'Age and gender', head: true, cell: both },
        { name: 'Customers', number: true, cell: (row) => format.count(row.customers) },
        { name: 'Spend each', number: true, cell: (row) => format.money(row.spend_per_customer) },
        { name: 'Mean order', number: true, cell: (row) => format.money(row.mean_order_value) },
        ...(partly.includes('category')
          ? []
          : [{ name: 'Favourite', cell: (row: Row) => text(row, 'favourite_category') }]),
      ],
      rows,
      long: true,
    };
  }),
};

export const highValue: CardSpec = {
  panel: 'view-13',
  title: 'High-value customers',
  span: 6,
  note: 'the 50 with the highest spend',
  open: listed(({ rows }, format) => {
    return {
      label: 'High-value customers',
      caption: 'The 50 customers with the highest spend',
      columns: [
        { name: 'Customer', head: true, cell: customerLink },
        { name: 'Spend', number: true, cell: (row) => format.money(row.spend) },
        { name: 'Orders', number: true, cell: (row) => format.count(row.orders) },
        { name: 'Mean order', number: true, cell: (row) => format.money(row.mean_order_value) },
        { name: 'Last purchase', cell: (row) => format.day(row.last_purchase) },
        { name: 'Churn', cell: bandOf },
        { name: '', number: true, cell: (row) => format.percent(row.probability) },
      ],
      rows,
      long: true,
    };
  }),
};

export const genders: CardSpec = {
  panel: 'view-14',
  title: 'Gender patterns',
  span: 6,
  note: 'share of spend within each gender',
  open: charted('short', (chart, { rows }, format) => {
    const people = distinct(rows, 'gender');
    const names = leading(rows, 'category', 'spend', NAMED);
    const of = new Map(rows.map((row) => [`${row.gender} ${row.category}`, 100 * number(row, 'spend_share')]));
    chart.draw('Share of spend per category within each gender', () => ({
      type: 'bar',
      data: {
        labels: [...people],
        datasets: [
          ...names.map((label, index) => ({
            label,
            data: people.map((who) => of.get(`${who} ${label}`) ?? 0),
            backgroundColor: namedColour(index),
          })),
          ...(distinct(rows, 'category').length > names.length
            ? [
                {
                  label: 'other',
                  data: people.map(
                    (who) => 100 - names.reduce((total, name) => total + (of.get(`${who} ${name}`) ?? 0), 0),
                  ),
                  backgroundColor: otherColour(),
                },
              ]
            : []),
        ],
      },
      options: {
        indexAxis: 'y',
        scales: {
          x: { stacked: true, max: 100, ticks: { callback: (value) => `${value} %`, maxTicksLimit: 6 } },
          y: { stacked: true },
        },
      },
    }));
    return {
      label: 'Gender patterns',
      caption: 'Spend and orders per gender and category',
      columns: [
        { name: 'Gender', head: true, cell: (row) => text(row, 'gender') },
        { name: 'Category', cell: (row) => text(row, 'category') },
        { name: 'Spend', number: true, cell: (row) => format.money(row.spend) },
        { name: 'of spend', number: true, cell: (row) => format.percent(row.spend_share) },
        { name: 'Orders', number: true, cell: (row) => format.count(row.orders) },
        { name: 'of orders', number: true, cell: (row) => format.percent(row.order_share) },
      ],
      rows,
      long: true,
    };
  }),
};

const bandColours = new Map([
  ['LOST', 'bad'],
  ['AT_RISK', 'risk'],
  ['WATCH', 'watch'],
  ['LOW', 'good'],
  ['UNSCORED', 'c7'],
]);

export const churnBands: CardSpec = {
  panel: 'view-15',
  title: 'Churn predictions',
  span: 6,
  note: 'customers active within 180 days',
  open() {
    const chart = drawing('short');
    const bands = element('div');
    const people = element('div');
    return {
      body: [
        chart.element,
        bands,
        element('details', {}, element('summary', {}, 'The 50 with the greatest expected loss'), people),
      ],
      show({ rows }, format) {
        const ofBands = rows.filter(({ level }) => level === 'band');
        const ofPeople = rows.filter(({ level }) => level === 'customer');
        chart.draw('Customers in each band of churn', () => ({
          type: 'bar',
          data: {
            labels: ['customers'],
            datasets: [...bandColours].flatMap(([band, name]) => {
              const row = ofBands.find((one) => one.band === band);
              return row === undefined
                ? []
                : [{ label: bandName(band), data: [number(row, 'customers')], backgroundColor: colour(name) }];
            }),
          },
          options: {
            indexAxis: 'y',
            scales: {
              x: { stacked: true, ticks: { maxTicksLimit: 6 } },
              y: { stacked: true, ticks: { display: false } },
            },
            plugins: { legend: { display: true } },
          },
        }));
        const columns = [
          { name: 'Churn', number: true, cell: (row: Row) => format.percent(row.probability) },
          { name: 'At stake', number: true, cell: (row: Row) => format.money(row.at_stake) },
          { name: 'Expected loss', number: true, cell: (row: Row) => format.money(row.expected_loss) },
        ];
        bands.replaceChildren(
          listing({
            label: 'Bands',
            caption: 'Customers and expected loss per band',
            columns: [
              { name: 'Band', head: true, cell: bandOf },
              { name: 'Customers', number: true, cell: (row) => format.count(row.customers) },
              ...columns,
            ],
            rows: ofBands,
          }),
        );
        people.replaceChildren(
          listing({
            label: 'Customers with the greatest expected loss',
            caption: 'The 50 with the greatest expected loss',
            columns: [{ name: 'Customer', head: true, cell: customerLink }, { name: 'Band', cell: bandOf }, ...columns],
            rows: ofPeople,
            long: true,
          }),
        );
      },
    };
  },
};
