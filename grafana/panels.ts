/** The fifteen questions of sql/views as Grafana's panels: over which span each looks, and how it is shown. Pure. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface ShopPanel {
  /** The view's number. */
  readonly number: string;
  readonly title: string;
  readonly type: 'timeseries' | 'barchart' | 'table' | 'stat';
  /** Where ranges begin and end: whole hours or days; ms. */
  readonly step: number;
  /** Length of what it looks back over from the end, ms; `undefined`: the range that was chosen. */
  readonly span?: number;
  /** Columns that are money, in minor units. */
  readonly money: readonly string[];
  /** Columns that are shares, 0 to 1. */
  readonly shares?: readonly string[];
  /** Columns that are times, UTC epoch ms. */
  readonly times?: readonly string[];
  /** The column along which a chart is drawn, and the one that tells its lines apart. */
  readonly x?: string;
  readonly by?: string;
  /** The column of a chart's bars or lines. */
  readonly y?: string;
}

export const shopPanels: readonly ShopPanel[] = [
  {
    number: '01',
    title: 'Peak shopping hours, 28 days',
    type: 'table',
    step: DAY,
    span: 28 * DAY,
    money: ['revenue', 'revenue_per_day'],
  },
  { number: '02', title: 'Best category of the last hour', type: 'stat', step: HOUR, span: HOUR, money: ['revenue'] },
  {
    number: '03',
    title: 'Sales of the last 5 hours',
    type: 'barchart',
    step: HOUR,
    span: 5 * HOUR,
    money: ['revenue'],
    times: ['hour_start'],
    x: 'hour_start',
    y: 'revenue',
  },
  {
    number: '04',
    title: "Last hour's customer profile",
    type: 'table',
    step: HOUR,
    span: HOUR,
    money: ['revenue', 'mean_order_value'],
    shares: ['share'],
  },
  {
    number: '05',
    title: 'Performance by category',
    type: 'table',
    step: HOUR,
    money: ['revenue', 'mean_unit_price'],
    shares: ['return_rate', 'revenue_share'],
  },
  {
    number: '06',
    title: 'Sales per category, 24 hours',
    type: 'timeseries',
    step: HOUR,
    span: 24 * HOUR,
    money: ['revenue'],
    times: ['hour_start'],
    x: 'hour_start',
    by: 'category',
    y: 'revenue',
  },
  {
    number: '07',
    title: 'Total per day',
    type: 'barchart',
    step: DAY,
    money: ['revenue', 'mean_revenue_7_days'],
    x: 'local_date',
    y: 'revenue',
  },
  {
    number: '08',
    title: 'Payment methods',
    type: 'table',
    step: HOUR,
    money: ['revenue', 'mean_order_value'],
    shares: ['order_share', 'revenue_share'],
  },
  {
    number: '09',
    title: 'Categories with the highest engagement, 28 days',
    type: 'table',
    step: DAY,
    span: 28 * DAY,
    money: [],
  },
  {
    number: '10',
    title: 'Demographics and spending',
    type: 'table',
    step: HOUR,
    money: ['spend_per_customer', 'mean_order_value'],
  },
  {
    number: '11',
    title: 'Return rate by week',
    type: 'table',
    step: HOUR,
    money: [],
    shares: ['return_rate'],
    times: ['week_start'],
  },
  {
    number: '12',
    title: 'Daily revenue of each category, 28 days',
    type: 'table',
    step: DAY,
    span: 28 * DAY,
    money: ['min_revenue', 'mean_revenue', 'max_revenue'],
  },
  {
    number: '13',
    title: 'High-value customers, 365 days',
    type: 'table',
    step: DAY,
    span: 365 * DAY,
    money: ['spend', 'mean_order_value'],
    shares: ['probability'],
    times: ['last_purchase'],
  },
  {
    number: '14',
    title: 'Gender patterns',
    type: 'table',
    step: HOUR,
    money: ['spend'],
    shares: ['spend_share', 'order_share'],
  },
  {
    number: '15',
    title: 'Churn predictions, of customers active within 180 days',
    type: 'table',
    step: DAY,
    span: 180 * DAY,
    money: ['at_stake', 'expected_loss'],
    shares: ['probability'],
  },
];

const HORIZON = 90 * DAY;

/**
 * A view's SQL with Grafana's variables and macros in the place of its parameters. Its range ends with the chosen one or
 * with what the data have complete (`$now`), whichever is sooner, on a whole hour or day.
 */
export function panelSql(text: string, { step, span }: ShopPanel): string {
  const down = (time: string): string => `((${time}) div ${step} * ${step})`;
  const to = down('least($__unixEpochTo() * 1000, $now)');
  const from = span === undefined ? down('$__unixEpochFrom() * 1000') : `(${to} - ${span})`;
  const values: Readonly<Record<string, string>> = {
    shop: '${shop:sqlstring}',
    from,
    to,
    horizon: String(HORIZON),
    margin: '$margin',
  };
  return text.replace(/^--.*\n/gm, '').replaceAll(/:([a-z]+)\b/g, (whole, name: string) => values[name] ?? whole);
}
