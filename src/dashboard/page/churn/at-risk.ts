import type { Row } from '../../shown.ts';
import type { CardSpec } from '../card.ts';
import { type Child, element } from '../elements.ts';
import { number, text } from '../numbers.ts';
import { bandOf, customerLink } from '../shop/customers.ts';
import { spark } from '../spark.ts';
import { listing } from '../table.ts';

interface Reason {
  readonly text: string;
  readonly contribution: number;
}

export function reasonsIn(value: unknown): readonly Reason[] {
  return JSON.parse(typeof value === 'string' && value !== '' ? value : '[]') as readonly Reason[];
}

/** Above 0 is worse. */
export function trendOf(trend: unknown): Child {
  if (typeof trend !== 'number') return '–';
  const points = Math.round(100 * trend);
  if (points === 0) return 'as before';
  return element(
    'span',
    { class: points > 0 ? 'worse' : 'better' },
    `${points > 0 ? '▲ +' : '▼ −'}${Math.abs(points)} pts`,
  );
}

function whyOf(row: Row): Child {
  const raising = reasonsIn(row.reasons).filter(({ contribution }) => contribution > 0);
  return raising.length === 0 ? '–' : raising.slice(0, 2).map(({ text }, index) => (index === 0 ? text : `; ${text}`));
}

function historyOf(row: Row): Child {
  const points = JSON.parse(text(row, 'history') || '[]') as readonly (readonly [string, number])[];
  if (points.length === 0) return '–';
  const words = points.map(([day, probability]) => `${day}: ${Math.round(100 * probability)} %`).join(', ');
  return spark(
    points.map(([, probability]) => probability),
    words,
  );
}

export const atRisk: CardSpec = {
  panel: 'churn-at-risk',
  title: 'Customers at risk',
  span: 12,
  note: 'active within 180 days, the greatest expected loss first',
  open() {
    const place = element('div');
    return {
      body: place,
      show({ rows }, format) {
        if (rows.length === 0) {
          place.replaceChildren(
            element(
              'p',
              { class: 'lacking' },
              'No customer has a score yet: models are trained once there is history enough',
            ),
          );
          return;
        }
        place.replaceChildren(
          listing({
            label: 'Customers at risk',
            caption: 'Customers by expected loss',
            columns: [
              { name: 'Customer', head: true, cell: customerLink },
              { name: 'Expected loss', number: true, cell: (row) => format.money(row.expected_loss) },
              { name: 'Churn', number: true, cell: (row) => format.percent(row.probability) },
              { name: 'Band', cell: bandOf },
              { name: 'Trend', cell: (row) => trendOf(row.trend) },
              { name: 'History', cell: historyOf },
              { name: 'Why', wrap: true, cell: whyOf },
              { name: 'At stake', number: true, cell: (row) => format.money(row.at_stake) },
              { name: 'Orders', number: true, cell: (row) => format.count(row.orders) },
              { name: 'Last purchase', cell: (row) => format.day(number(row, 'last_purchase')) },
            ],
            rows,
            long: true,
          }),
        );
      },
    };
  },
};
